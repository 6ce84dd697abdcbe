import { loadAdapter } from '../../config/load-adapter.ts'
import type { Problem } from '../../errors.ts'
import { type Given, projectFault, type SecretsPlace, type Webhooks } from './answers.ts'
import { optionProblems, type Surroundings } from './option-problems.ts'
import { readOptions, withSecretsReferred } from './read-options.ts'

/** The command line of `init`, as far as it answers a question. */
export interface Flags {
  readonly webhooks?: Webhooks
  readonly project?: string
  readonly adapter?: string
  /** `key=value` entries. */
  readonly option: readonly string[]
  readonly secrets?: SecretsPlace
}

/** The answers of a command line. */
export interface Reading {
  readonly given: Given
  /** What is wrong with what is there. */
  readonly wrong: readonly Problem[]
  /** What has to be asked for; where there is nobody to ask, it is wrong as well. */
  readonly missing: readonly Problem[]
}

export async function readFlags(flags: Flags, surroundings: Surroundings): Promise<Reading> {
  const { webhooks, project, adapter, secrets } = flags
  const fault = projectFault(project ?? '')
  const destination = await readDestination(flags, surroundings)
  return {
    given: {
      ...destination.given,
      ...(webhooks !== undefined && { webhooks }),
      ...(project !== undefined && { project }),
      ...(secrets !== undefined && { secrets })
    },
    wrong: [
      ...(fault === undefined ? [] : [{ place: '--project', fault, example: '--project acme-prod' }]),
      ...destination.wrong
    ],
    missing: [
      ...(webhooks === undefined ? [missing('--webhooks', 'must be static, dynamic or both', 'static')] : []),
      ...(adapter === undefined
        ? [missing('--adapter', 'must be a built-in adapter, a package, or a path', 'stdout')]
        : []),
      ...destination.missing,
      ...(secrets === undefined ? [missing('--secrets', 'must be file or env', 'file')] : [])
    ]
  }
}

function missing(place: string, must: string, value: string): Problem {
  return {
    place,
    fault: `is missing, and there is no terminal to ask on; it ${must}`,
    example: `${place} ${value}`
  }
}

/** The adapter, and its options: nobody knows whose they are without it. */
async function readDestination(
  { adapter: name, option: entries }: Flags,
  surroundings: Surroundings
): Promise<Reading> {
  if (name === undefined) {
    const fault = 'needs --adapter beside it: nobody knows whose option it is'
    const example = '--adapter kafka --option topic=gemini-events'
    return {
      given: { options: {} },
      wrong: entries.length > 0 ? [{ place: '--option', fault, example }] : [],
      missing: []
    }
  }
  try {
    const definition = await loadAdapter(name, surroundings.directory)
    const read = readOptions(definition, entries)
    const options = withSecretsReferred(definition, read.options)
    const problems = await optionProblems(definition, options, surroundings)
    const isMissing = ({ option }: { readonly option: string }) => option !== '' && !Object.hasOwn(options, option)
    return {
      given: { adapter: { name, definition }, options },
      wrong: [...read.problems, ...problems.filter(problem => !isMissing(problem))],
      missing: problems.filter(isMissing)
    }
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    return { given: { options: {} }, wrong: [{ place: '--adapter', fault, example: '--adapter stdout' }], missing: [] }
  }
}
