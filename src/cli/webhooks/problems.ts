import { ConfigError, type Problem } from '../../errors.ts'

/** What came of reading one option: its value, or what is wrong with it. */
export type Attempt<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

/**
 * Reads one option, or environment variable.
 * @param place its name
 * @param example what could stand there
 */
export function attempt<T>(place: string, example: string, read: () => T): Attempt<T> {
  try {
    return { value: read() }
  } catch (error) {
    return { problems: [{ place, fault: error instanceof Error ? error.message : String(error), example }] }
  }
}

/** Everything that is wrong with these, at once. */
export function refuseAll(...attempts: readonly Attempt<unknown>[]): ConfigError {
  return new ConfigError(attempts.flatMap(made => ('problems' in made ? made.problems : [])))
}
