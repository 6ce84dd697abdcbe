import fc from 'fast-check'

/** A JSON number as text, most of them beyond what a double can hold. */
export const jsonNumber = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,25})?([eE][+-]?\d{1,4})?$/)

const names = fc.oneof(
  { arbitrary: fc.string({ unit: 'grapheme' }), weight: 2 },
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toJSON', 'rawJSON', 'id', '', '0', '10', 'a', 'type')
)
const space = fc.constantFrom('', '', ' ', '\n', '\r\n\t')
// By code units, so that lone surrogates occur; JSON.stringify escapes them.
const text = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })))
  .map(units => JSON.stringify(String.fromCharCode(...units)))
const leaf = fc.oneof(jsonNumber, text, fc.constantFrom('null', 'true', 'false'))

const { value, object } = fc.letrec<{ value: string; array: string; object: string }>(tie => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('array'), tie('object')),
  array: fc.tuple(space, fc.array(tie('value'), { maxLength: 4 })).map(([s, items]) => `[${s}${items.join(`${s},`)}]`),
  object: members(fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }))
}))

/** JSON text: deep, with hostile names, repeated names, white space, and numbers of any length. */
export const jsonText = value

function members(entries: fc.Arbitrary<(readonly [name: string, value: string])[]>): fc.Arbitrary<string> {
  return fc
    .tuple(entries, space)
    .map(([entries, s]) => `{${entries.map(([name, value]) => `${s}${JSON.stringify(name)}:${s}${value}`).join(',')}}`)
}

/** A string that CloudEvents allows in an attribute. */
const attribute = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter(string => !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(string))
const strings = attribute.map(string => JSON.stringify(string))

const metadata = members(
  fc.array(fc.tuple(fc.constantFrom('tenant', 'n', 'a', 'b'), fc.oneof(strings, value)), { maxLength: 3 })
)

/** Times that `Date` can read, too, so that parsers which rewrite them do not replace them. */
const times = fc
  .tuple(fc.date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true }), fc.nat({ max: 999_999_999 }))
  .map(([date, fraction]) => `"${date.toISOString().slice(0, 19)}.${fraction}Z"`)

const data = members(
  fc.array(
    fc.oneof(
      fc.tuple(fc.constant('id'), strings),
      fc.tuple(fc.constant('user_metadata'), metadata),
      fc.tuple(names, value)
    ),
    { maxLength: 5 }
  )
)

/** The body of a webhook: an envelope with all or few of its members, in any order, and with strange ones beside. */
export const envelopeText = members(
  fc
    .record({
      type: strings,
      others: fc.array(
        fc.oneof(
          fc.tuple(fc.constant('version'), fc.oneof(strings, value)),
          fc.tuple(fc.constant('timestamp'), times),
          fc.tuple(fc.constant('data'), fc.oneof({ arbitrary: data, weight: 5 }, object)),
          fc.tuple(fc.constant('user_metadata'), metadata),
          fc.tuple(
            names.filter(name => name !== 'type'),
            value
          )
        ),
        { maxLength: 6 }
      ),
      place: fc.nat()
    })
    .map(({ type, others, place }) => others.toSpliced(place % (others.length + 1), 0, ['type', type]))
)

/** Parses JSON with each number as the string `#<its digits>`: by tokens, without a reviver. */
export function parseDigits(text: string): unknown {
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, token => (token.startsWith('"') ? token : `"#${token}"`))
  )
}
