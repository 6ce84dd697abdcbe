import { stringify } from 'yaml'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { bridgeJsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { notesOn } from '../config/notes.ts'
import { configSchema } from '../config/schema.ts'
import { isSecret, schemasAt, shapeOf } from '../config/shape.ts'
import { mapLeaves } from '../config/tree.ts'
import { fingerprint } from '../verify/fingerprint.ts'
import type { Io } from './io.ts'

/**
 * Prints what the configuration means: as YAML with every default in place and every secret as its fingerprint, then
 * notes on it. With `schema`, prints the JSON Schema of the configuration file instead.
 * @returns the exit code, 0
 * @throws {ConfigError} with everything that is wrong
 */
export async function check(
  options: { readonly config?: string; readonly schema?: boolean },
  io: Pick<Io, 'env' | 'directory' | 'stdout'>
): Promise<number> {
  if (options.schema) {
    io.stdout.write(await renderJsonSchema())
    return 0
  }
  const { env, directory } = io
  const config = await loadConfig({ env, directory, ...(options.config !== undefined && { file: options.config }) })
  io.stdout.write(summarize(config))
  return 0
}

/** The text of `bridge.schema.json`. */
export async function renderJsonSchema(): Promise<string> {
  return `${JSON.stringify(await bridgeJsonSchema(), null, 2)}\n`
}

const ownSchema = configSchema.omit({ destinations: true })

function summarize(config: Config): string {
  const { destinations, directory: _directory, ...own } = config
  const named = destinations.map(({ name, adapter, definition, options }) => [
    name,
    { adapter, ...mask(options, definition.options) }
  ])
  const shown = { ...mask(z.encode(ownSchema, own), ownSchema), destinations: Object.fromEntries(named) }
  const notes = notesOn(config).map(note => `# - ${note}\n`)
  return `${stringify(shown, { lineWidth: 0 })}\n# Notes\n${notes.join('')}`
}

/**
 * A copy in which each secret is its fingerprint, the name that the metrics call it by. So is whatever a schema's
 * transformation put where the schema says nothing: it may be made of secrets.
 */
function mask(values: object, schema: z.ZodType): object {
  const shape = shapeOf(schema)
  const masked = mapLeaves(values, (leaf, path) => {
    const said = schemasAt(shape, path)
    return said.length === 0 || said.some(isSecret) ? `sha256:${fingerprint(String(leaf))}` : leaf
  })
  return masked as object
}
