import type { Program } from './server.ts'

/** A server that takes part in a comparison. */
export interface Contender {
  readonly name: string
  readonly program: Program
  /** How many webhooks it must have had before anything is measured. */
  readonly before?: number
}

/** Servers that do the same, side by side. */
export interface Comparison {
  readonly contenders: readonly Contender[]
  /** The name of the one that the others' ratios refer to. */
  readonly baseline: string
  readonly connections: readonly number[]
  /** How many events the broker has by this contender; undefined where nobody can say. */
  accepted?(contender: string): Promise<number | undefined>
  close(): Promise<void>
}

/** What a comparison is opened with. */
export interface Choice {
  /** The bridge's program, from its checkout's folder. */
  readonly main: string
  /** The contenders' names; all when undefined. */
  readonly wanted?: readonly string[] | undefined
  /** The folder of another checkout. */
  readonly baseline?: string | undefined
  /** Is told of contenders that are missing. */
  note(line: string): void
}

/** Those that are wanted, in their order. */
export function chosen<T extends { readonly name: string }>(all: readonly T[], { wanted }: Choice): readonly T[] {
  const unknown = wanted?.find(name => !all.some(contender => contender.name === name))
  if (unknown !== undefined)
    throw new Error(`There is no contender "${unknown}", only ${all.map(({ name }) => `"${name}"`).join(', ')}.`)
  return all.filter(({ name }) => wanted?.includes(name) ?? true)
}
