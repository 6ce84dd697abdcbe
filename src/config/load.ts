import { ConfigError, type Problem } from '../errors.ts'
import { coerce } from './coerce.ts'
import type { Config } from './config.ts'
import { inconsistencies } from './consistency.ts'
import { deadLetterFaults } from './dead-letter-faults.ts'
import { deliveryInconsistencies } from './delivery-consistency.ts'
import { readDestinations } from './destinations.ts'
import { type Environment, overrideFile, readEnvironment } from './environment.ts'
import { type References, resolveReferences, UNRESOLVED } from './references.ts'
import { configSchema } from './schema.ts'
import { configShape } from './shapes.ts'
import { freezeTree, valueAt } from './tree.ts'
import { validate } from './validate.ts'
import { problemsOf, type Written } from './written.ts'

/** Where a configuration comes from. */
export interface Sources {
  readonly env: Environment
  /** The working directory. */
  readonly directory: string
  /** The configuration file, from `directory`. Without it `BRIDGE_CONFIG` names one; without that, `env` is all. */
  readonly file?: string
}

/** A configuration as it was written, before its references are resolved. */
export interface Source {
  readonly written: Written
  /** What is wrong with the text. */
  readonly problems: readonly Problem[]
  /** Environment variables alone have no references. */
  readonly env?: Environment
}

/**
 * Reads and validates the whole configuration.
 * @returns it with every default in place, frozen all the way down
 * @throws {ConfigError} with all problems at once
 */
export async function loadConfig(sources: Sources): Promise<Config> {
  return toConfig(await readSource(sources))
}

/**
 * Reads what is written.
 * @throws {ConfigError} when there is none, or it cannot be read at all
 */
export async function readSource({ env, directory, file = env['BRIDGE_CONFIG'] }: Sources): Promise<Source> {
  if (file) {
    const { readDocument } = await import('./document.ts')
    const { written, problems } = await readDocument(file, directory)
    return { written: overrideFile(written, env), problems, env }
  }
  if (!SUFFICIENT.some(name => env[name])) throw new ConfigError([NOTHING_SET])
  return { written: await readEnvironment(env, directory), problems: [] }
}

/**
 * Puts in what is referred to, and validates.
 * @param read what the files hold that it refers to
 * @returns as `loadConfig`
 * @throws {ConfigError} with all problems at once
 */
export async function toConfig({ written, problems, env }: Source, read?: References['read']): Promise<Config> {
  const { directory } = written
  const references = { directory, env: env ?? {}, ...(read && { read }) }
  const resolved =
    env === undefined ? { tree: written.tree, faults: [] } : await resolveReferences(written.tree, references)
  const tree = coerce(resolved.tree, configShape)
  const config = validate(configSchema, configShape, tree)
  const { destinations, faults: optionFaults } = await readDestinations(tree, directory)
  // A reference that leads nowhere has been reported; what that makes of the value is no news.
  const news = [
    ...config.faults,
    ...inconsistencies(tree),
    ...deliveryInconsistencies(tree),
    ...optionFaults,
    ...deadLetterFaults(tree, destinations)
  ].filter(({ path }) => valueAt(tree, path) !== UNRESOLVED)
  const all = [...problems, ...problemsOf([...resolved.faults, ...news], written)]
  if (all.length > 0 || !('value' in config)) throw new ConfigError(all)
  return freezeTree({ ...config.value, destinations, directory })
}

/** Any of these is a sign that the environment is meant to be the configuration. */
const SUFFICIENT = ['GEMINI_WEBHOOK_SECRET', 'GEMINI_CALLBACK_TOKEN', 'BRIDGE_ADAPTER']

const NOTHING_SET: Problem = {
  place: 'configuration',
  fault:
    'there is none. Name a file with --config or BRIDGE_CONFIG; or set GEMINI_WEBHOOK_SECRET (or GEMINI_CALLBACK_TOKEN, for dynamic webhooks) and BRIDGE_ADAPTER (a built-in adapter, a package, or a path)',
  example: 'GEMINI_WEBHOOK_SECRET=whsec_… BRIDGE_ADAPTER=stdout gemini-event-bridge serve'
}
