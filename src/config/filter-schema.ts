import { z } from 'zod'
import type { Filter } from '../deliver/filter.ts'

const NAME_ERROR = "must be a CloudEvents attribute's name: 1 to 20 lower case letters and digits, not data"
const VALUE_ERROR = 'must be a text that is not empty; numbers, true and false need quotes'

const attributes = z
  .record(
    z.string().regex(/^(?!data$)[a-z\d]{1,20}$/, { error: NAME_ERROR }),
    z.string({ error: VALUE_ERROR }).min(1, { error: VALUE_ERROR })
  )
  .refine(pairs => Object.keys(pairs).length > 0, { error: 'needs at least one attribute and its text' })
  .exactOptional()

const filters = () =>
  z
    .array(z.lazy(() => filter))
    .min(1, { error: 'needs at least one filter' })
    .exactOptional()

const EXAMPLE = { prefix: { type: 'com.google.gemini.batch.' } }

const dialects = z
  .strictObject({
    exact: attributes.meta({
      description: 'Each attribute is this text.',
      examples: [{ type: 'com.google.gemini.batch.succeeded' }]
    }),
    prefix: attributes.meta({ description: 'Each attribute begins with this text.', examples: [EXAMPLE.prefix] }),
    suffix: attributes.meta({ description: 'Each attribute ends with this text.', examples: [{ type: '.failed' }] }),
    all: filters().meta({ description: 'All of these filters match.', examples: [[EXAMPLE]] }),
    any: filters().meta({ description: 'At least one of these filters matches.', examples: [[EXAMPLE]] }),
    not: z
      .lazy(() => filter)
      .exactOptional()
      .meta({ description: 'This filter does not match.', examples: [EXAMPLE] })
  })
  .check(({ value, issues }) => {
    const count = Object.keys(value).length
    if (count === 1 || issues.some(({ code }) => code === 'unrecognized_keys')) return
    const message =
      count === 0
        ? 'must have one of exact, prefix, suffix, all, any and not'
        : 'must have only one of exact, prefix, suffix, all, any and not; for several, put them into all'
    issues.push({ code: 'custom', message, input: undefined })
  })
  .meta({ id: 'filter', minProperties: 1, maxProperties: 1, examples: [EXAMPLE] })

/** One key, by the check above: the object of optional keys is the union of its members. */
const filter = dialects as unknown as z.ZodType<Filter, Filter>

/** Far more than anyone can read. */
const DEEPEST = 16

function isShallow(filter: Filter, depth = 1): boolean {
  if (depth > DEEPEST) return false
  const inner = 'all' in filter ? filter.all : 'any' in filter ? filter.any : 'not' in filter ? [filter.not] : []
  return inner.every(part => isShallow(part, depth + 1))
}

/** A route's filter: one, or a list of which all must match. Once read, it is the list. */
export const filterSchema = z
  .union(
    [z.array(filter), z.codec(filter, z.array(filter), { decode: one => [one], encode: ([one]) => one as Filter })],
    { error: 'must be a filter (a mapping), or a list of filters' }
  )
  .refine(list => list.every(one => isShallow(one)), {
    error: `must not have more than ${DEEPEST} filters inside one another`
  })
  .meta({
    description:
      'Which events: a filter of the CloudEvents Subscriptions API (exact, prefix, suffix, all, any, not), or a list of which all must match.',
    examples: [EXAMPLE]
  })
