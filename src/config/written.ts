import type { Problem } from '../errors.ts'
import type { Path } from './tree.ts'

/** A configuration as it was written, before validation, and the way back from a value to where it was written. */
export interface Written {
  readonly tree: unknown
  /** The folder that relative paths start from. */
  readonly directory: string
  /**
   * Where a value was written, or its key; for what is not there, its nearest parent.
   * `order` sorts places as a reader would meet them.
   */
  locate(path: Path, at: 'key' | 'value'): { readonly place: string; readonly order: number }
  /** How problems call the value, where the place alone does not say it. */
  name(path: Path): string | undefined
  /** A value as one would write it at the path, if it can be written there. */
  example(path: Path, value: unknown): string | undefined
}

/** Something wrong with the value at a path. */
export interface Fault {
  readonly path: Path
  /** `key`: the key itself is at fault; the fault then follows the name of the mapping, and names the key. */
  readonly at?: 'key'
  /** Follows the value's name: `must be …`, `is missing`. Never shows a value that is or may be a secret. */
  readonly fault: string
  /** A value that would work in its place. */
  readonly example?: unknown
}

/** Faults as problems: with their places, in the order of the configuration, each once. */
export function problemsOf(faults: readonly Fault[], written: Written): Problem[] {
  const located = faults.map(({ path, at, fault, example }) => {
    const { place, order } = written.locate(path, at ?? 'value')
    const name = written.name(at === 'key' ? path.slice(0, -1) : path)
    const problem: Problem = {
      place,
      fault: name === undefined ? fault : `${name}: ${fault}`,
      example: example === undefined ? undefined : written.example(path, example)
    }
    return { order, problem }
  })
  const sorted = located.sort((one, other) => one.order - other.order).map(({ problem }) => problem)
  return [...new Map(sorted.map(problem => [`${problem.place}: ${problem.fault}`, problem])).values()]
}
