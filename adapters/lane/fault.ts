import { EventError, type Finding, UnavailableError } from '../../src/adapter.ts'

/**
 * What became of what was not accepted. `passing`: it may pass by itself within the deadline, so try again. `mend`: an
 * operator has to mend it. `record`: one event is not taken, and its neighbours may be. `size`: too many bytes together,
 * or one event that has too many.
 */
export type Fault = (
  | { readonly error: UnavailableError; readonly kind: 'passing' | 'mend' }
  | { readonly error: EventError | UnavailableError; readonly kind: 'record' | 'size' }
) &
  Pick<Entry, 'about'>

/** What one code means, and what the operator has to know. */
export interface Entry {
  /**
   * @param to the destination, as the broker calls it
   * @param detail in parentheses, what else is known; or nothing
   */
  says(to: string, detail: string): string
  readonly kind: Fault['kind']
  /** No redelivery can help. Only of the kinds `record` and `size`. */
  readonly never?: true
  /** What of the destination is at fault (default: that it can be reached). */
  readonly about?: Finding['about']
}

export interface Faults {
  /** By the broker's codes, Node's, and the names of the client's errors. */
  readonly entries: Readonly<Record<string, Entry>>
  /** Whatever has no entry. When unsure, it may pass. */
  readonly unknown: Entry
  /** What an error says about itself, the most telling first (default: its `type`, `code` and `name`). */
  codesOf?(error: Error): readonly string[]
  /** What else the operator should see of the errors, innermost first (default: nothing). */
  detailOf?(chain: readonly Error[]): string | undefined
}

/**
 * What an error means, by its codes and its causes' codes, never by its text. The innermost code that has an entry
 * decides: what lies around it are a client's own words for "it failed".
 */
export function toFault(cause: unknown, to: string, faults: Faults): Fault {
  const { entries, unknown, codesOf = namesOf, detailOf } = faults
  const chain = causes(cause).reverse()
  // Said by the adapter itself, such as that a file cannot be read.
  const said = chain.find(error => error instanceof UnavailableError)
  if (said instanceof UnavailableError) return { error: said, kind: 'mend' }
  const codes = chain.flatMap(codesOf)
  const code = codes.find(code => Object.hasOwn(entries, code))
  const { kind, says, never, about } = (code === undefined ? undefined : entries[code]) ?? unknown
  const parts = [detailOf?.(chain), codes.find(name => name !== 'Error')]
  const detail = parts.filter(part => part !== undefined && part !== '').join(', ')
  const message = says(to, detail === '' ? '' : ` (${detail})`)
  const more = about && { about }
  if (never && (kind === 'record' || kind === 'size'))
    return { error: new EventError(message, { cause }), kind, ...more }
  return { error: new UnavailableError(message, { cause }), kind, ...more }
}

/** An error and what it came from, outermost first. Causes may form a circle. */
function causes(error: unknown): Error[] {
  const chain: Error[] = []
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next)
  return chain
}

function namesOf(error: Error): string[] {
  const { type, code, name }: Error & { type?: unknown; code?: unknown } = error
  return [type, code, name].filter(text => typeof text === 'string')
}
