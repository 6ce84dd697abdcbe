import { loadAdapter } from './load-adapter.ts'
import { optionVariables } from './option-variables.ts'
import { type Path, withValue } from './tree.ts'
import type { Written } from './written.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** An environment variable and where in the configuration its value goes. An empty one counts as not set. */
interface Variable {
  readonly name: string
  readonly path: Path
  /** The value is a list, with this between its items. */
  readonly separator?: RegExp
  /** An assignment that works, where the schema's examples are for files. */
  readonly example?: string
}

/** The only variables that also apply beside a file. */
const BESIDE_FILE: readonly Variable[] = [
  { name: 'PORT', path: ['listen', 'port'] },
  { name: 'LOG_LEVEL', path: ['log', 'level'] }
]

/** The file's configuration with the variables that win over it. */
export function overrideFile(file: Written, env: Environment): Written {
  const set = BESIDE_FILE.filter(({ name }) => env[name])
  const variableAt = (path: Path) => set.find(variable => startsWith(path, variable.path))
  return {
    tree: assign(file.tree, set, env),
    directory: file.directory,
    locate(path, at) {
      const variable = variableAt(path)
      return variable === undefined ? file.locate(path, at) : { place: variable.name, order: Number.POSITIVE_INFINITY }
    },
    name: path => (variableAt(path) === undefined ? file.name(path) : undefined),
    example(path, value) {
      const variable = variableAt(path)
      return variable === undefined ? file.example(path, value) : formatExample(variable, value)
    }
  }
}

/**
 * The configuration that the environment makes by itself: an endpoint for each kind of webhook that there is a secret
 * or a token for, and one destination.
 */
export async function readEnvironment(env: Environment, directory: string): Promise<Written> {
  const hasDynamic = Boolean(env['GEMINI_CALLBACK_TOKEN'])
  const hasStatic = Boolean(env['GEMINI_WEBHOOK_SECRET']) || !hasDynamic
  const paths = [...(hasStatic ? ['/webhooks/gemini'] : []), ...(hasDynamic ? ['/webhooks/gemini/jobs'] : [])]
  const dynamic = ['endpoints', paths.length - 1, 'verify', 'dynamic']
  const adminOff = ['off', 'false'].includes(env['BRIDGE_ADMIN_PORT'] ?? '')

  const variables: readonly Variable[] = [
    ...(hasStatic ? [{ ...SECRET, path: ['endpoints', 0, 'verify', 'static', 'secrets'] }] : []),
    ...(hasDynamic
      ? [
          { ...TOKEN, path: [...dynamic, 'tokens'] },
          { name: 'GEMINI_KEYS_URL', path: [...dynamic, 'keys'] }
        ]
      : []),
    ...paths.map((_, index) => ({ name: 'BRIDGE_SOURCE', path: ['endpoints', index, 'source'] })),
    ...(await destinationVariables(env['BRIDGE_ADAPTER'] ?? '', directory)),
    { name: 'BRIDGE_HOST', path: ['listen', 'host'] },
    ...(adminOff ? [] : [{ name: 'BRIDGE_ADMIN_HOST', path: ['admin', 'host'] }]),
    { name: 'BRIDGE_ADMIN_PORT', path: adminOff ? ['admin'] : ['admin', 'port'] },
    ...BESIDE_FILE
  ]
  // KAFKA_TLS=true says nothing that KAFKA_TLS_CA does not, and must not stand in its way.
  const isImplied = ({ name, path }: Variable) =>
    env[name] === 'true' &&
    variables.some(part => env[part.name] && part.path.length > path.length && startsWith(part.path, path))
  const variableAt = (path: Path) =>
    // The last is the nearest: an option comes before its parts.
    variables.findLast(variable => startsWith(path, variable.path)) ??
    variables.find(variable => startsWith(variable.path, path))
  return {
    tree: assign(
      { endpoints: paths.map(path => ({ path })) },
      variables.filter(variable => !isImplied(variable)),
      env
    ),
    directory,
    locate: path => ({ place: variableAt(path)?.name ?? 'environment', order: 0 }),
    name: () => undefined,
    example(path, value) {
      const variable = variableAt(path)
      return variable === undefined ? undefined : formatExample(variable, value)
    }
  }
}

const SECRET = {
  name: 'GEMINI_WEBHOOK_SECRET',
  separator: /\s+/,
  example: 'GEMINI_WEBHOOK_SECRET=whsec_… (as Gemini showed it when the webhook was created)'
}
const TOKEN = {
  name: 'GEMINI_CALLBACK_TOKEN',
  separator: /\s+/,
  example: 'GEMINI_CALLBACK_TOKEN=$(openssl rand -hex 16)'
}

/** The one destination has its adapter's name. If the adapter cannot be loaded, validation will say why. */
async function destinationVariables(adapter: string, directory: string): Promise<Variable[]> {
  const definition = adapter === '' ? undefined : await loadAdapter(adapter, directory).catch(() => undefined)
  const destination = ['destinations', definition?.name ?? 'destination']
  const options = definition === undefined ? [] : optionVariables(definition)
  return [
    { name: 'BRIDGE_ADAPTER', path: [...destination, 'adapter'], example: 'BRIDGE_ADAPTER=stdout' },
    ...options.map(option => ({ ...option, path: [...destination, ...option.path] }))
  ]
}

function assign(tree: unknown, variables: readonly Variable[], env: Environment): unknown {
  return variables.reduce((assigned, { name, path, separator }) => {
    const text = env[name]
    if (!text) return assigned
    return withValue(assigned, path, separator === undefined ? text : text.split(separator).filter(Boolean))
  }, tree)
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((key, index) => path[index] === key)
}

function formatExample({ name, separator, example }: Variable, value: unknown): string | undefined {
  if (example !== undefined) return example
  const text = Array.isArray(value) && separator !== undefined ? value.join(',') : String(value)
  return text.includes('${') || (typeof value === 'object') !== (separator !== undefined)
    ? undefined
    : `${name}=${text}`
}
