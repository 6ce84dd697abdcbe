import type { z } from 'zod'
import type { AdapterDefinition } from '../adapter.ts'
import type { configSchema } from './schema.ts'

/** A destination as configured: its adapter is loaded, its options are valid. */
export interface DestinationConfig {
  readonly name: string
  /** As written: a built-in name, a package or a path. */
  readonly adapter: string
  readonly definition: AdapterDefinition
  readonly options: Readonly<Record<string, unknown>>
}

/** The whole configuration: valid, every default in place, frozen. */
export type Config = Readonly<Omit<z.output<typeof configSchema>, 'destinations'>> & {
  readonly destinations: readonly DestinationConfig[]
  /** The folder that relative paths start from. */
  readonly directory: string
}

export type EndpointConfig = Config['endpoints'][number]
export type Limits = Config['limits']
