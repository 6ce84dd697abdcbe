import { UnavailableError } from '../../src/adapter.ts'

/** What tells one error from another, and is no text. */
const CODES = ['name', 'code', 'type', '$metadata'] as const

/**
 * A copy of a client's error, and of its causes, that has their codes but none of their words, which may quote what nobody
 * should see: the headers of a request with its token, or the answer of a token endpoint. Of what is no error, nothing.
 * @param mayQuote for which errors the words are known to be harmless: they stay as they are
 */
export function withoutWords(cause: unknown, mayQuote: (error: Error) => boolean): Error | undefined {
  return copy(cause, mayQuote, [])
}

/** @param outer those around it: causes may form a circle */
function copy(cause: unknown, mayQuote: (error: Error) => boolean, outer: readonly Error[]): Error | undefined {
  if (!(cause instanceof Error) || outer.includes(cause)) return undefined
  if (cause instanceof UnavailableError || mayQuote(cause)) return cause
  const inner = copy(cause.cause, mayQuote, [...outer, cause])
  const discreet = new Error(undefined, inner && { cause: inner })
  for (const code of CODES) if (code in cause) Object.assign(discreet, { [code]: Reflect.get(cause, code) })
  return discreet
}
