// JSON.rawJSON and the reviver's source text: ECMAScript proposal "JSON.parse source text access", in Node since 22.
declare global {
  interface RawJSON {
    readonly rawJSON: string
  }
  interface JSON {
    rawJSON(text: string): RawJSON
    isRawJSON(value: unknown): value is RawJSON
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source: string }) => unknown
    ): unknown
  }
}

/** A JSON value whose numbers are still the text they were written in. */
export type Json = string | boolean | null | RawJSON | Json[] | JsonObject

export interface JsonObject {
  [member: string]: Json | undefined
}

/**
 * Parses JSON without touching its numbers: `JSON.stringify` of the result writes each digit for digit
 * (12345678901234567890, 1.0 and 1e400 survive).
 * @throws {SyntaxError} if the text is not JSON
 * @throws {RangeError} if it is nested too deeply for the stack
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json | number
  // A reviver is called for each value, at four times the cost of parsing. Envelopes seldom have numbers.
  if (!holdsNumber(value)) return value as Json
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source) : value
  ) as Json
}

function holdsNumber(value: unknown): boolean {
  if (typeof value === 'number') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNumber)
}

/** A string as it is, a number by its digits, a boolean by its name; of anything else, nothing. */
export function stringOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return JSON.isRawJSON(value) ? value.rawJSON : undefined
}
