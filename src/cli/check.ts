import { stringify } from 'yaml'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { fallback as fallbackSchema } from '../config/destination-schema.ts'
import { bridgeJsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { mask } from '../config/mask.ts'
import { notesOn } from '../config/notes.ts'
import { configSchema } from '../config/schema.ts'
import { checkEvent } from './check/event.ts'
import type { InputIo } from './check/input.ts'
import type { Io } from './io.ts'

/** The command line of `check`. */
export interface CheckOptions {
  readonly config?: string
  readonly schema?: boolean
  readonly event?: string
  readonly connect?: boolean
}

/**
 * Prints what the configuration means: as YAML with every default in place and every secret as its fingerprint, then
 * notes on it. With `event`, explains what becomes of that event instead (`checkEvent`); with `connect`, what is found
 * by connecting (`checkConnect`); with `schema`, prints the JSON Schema of the configuration file.
 * @returns the exit code, 0; 1 if `event` is none, or connecting finds a fault
 * @throws {ConfigError} with everything that is wrong
 */
export async function check(options: CheckOptions, io: Io & InputIo): Promise<number> {
  if (options.schema) {
    io.stdout.write(await renderJsonSchema())
    return 0
  }
  const { env, directory } = io
  const config = await loadConfig({ env, directory, ...(options.config !== undefined && { file: options.config }) })
  if (options.event !== undefined) return checkEvent(options.event, config, io)
  if (options.connect) return (await import('./check/connect.ts')).checkConnect(config, io)
  io.stdout.write(summarize(config, env))
  return 0
}

/** The text of `bridge.schema.json`. */
export async function renderJsonSchema(): Promise<string> {
  return `${JSON.stringify(await bridgeJsonSchema(), null, 2)}\n`
}

const ownSchema = configSchema.omit({ destinations: true })

function summarize(config: Config, env: Io['env']): string {
  const { destinations, directory: _directory, ...own } = config
  const named = destinations.map(({ name, adapter, definition, options, fallback }) => [
    name,
    {
      adapter,
      ...mask(options, definition.options),
      ...(fallback !== undefined && { fallback: z.encode(fallbackSchema, fallback) })
    }
  ])
  const shown = { ...mask(z.encode(ownSchema, own), ownSchema), destinations: Object.fromEntries(named) }
  const notes = notesOn(config, env).map(note => `# - ${note}\n`)
  return `${stringify(shown, { lineWidth: 0 })}\n# Notes\n${notes.join('')}`
}
