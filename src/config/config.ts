import type { z } from 'zod'
import type { AdapterDefinition } from '../adapter.ts'
import type { fallback } from './destination-schema.ts'
import type { configSchema } from './schema.ts'

/** A destination as configured: its adapter is loaded, its options are valid. */
export interface DestinationConfig {
  readonly name: string
  /** As written: a built-in name, a package or a path. */
  readonly adapter: string
  readonly definition: AdapterDefinition
  /** What the adapter's schema makes of what is given: anything. */
  readonly options: Readonly<Record<string, unknown>>
  /** The options as they were written, with what they refer to. */
  readonly given: Readonly<Record<string, unknown>>
  /** Where its events go instead, and after how many milliseconds of being unavailable. */
  readonly fallback?: Readonly<z.output<typeof fallback>>
}

/** The whole configuration: valid, every default in place, frozen. */
export type Config = Readonly<Omit<z.output<typeof configSchema>, 'destinations'>> & {
  readonly destinations: readonly DestinationConfig[]
  /** The folder that relative paths start from. */
  readonly directory: string
}

export type EndpointConfig = Config['endpoints'][number]
export type RouteConfig = NonNullable<Config['routes']>[number]
export type DedupeConfig = Config['dedupe']
export type Limits = Config['limits']
