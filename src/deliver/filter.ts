import type { CloudEvent } from '../event.ts'

/**
 * A filter in one of the six dialects that the CloudEvents Subscriptions API requires: a mapping with one key, the
 * dialect's name. Texts are compared as they are; an attribute that the event lacks equals nothing and begins and ends
 * with nothing.
 * @see https://github.com/cloudevents/spec/blob/main/subscriptions/spec.md#324-filters
 */
export type Filter =
  | { readonly exact: Attributes }
  | { readonly prefix: Attributes }
  | { readonly suffix: Attributes }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter }

/** Attribute names, and the text for each. All of them have to match. */
export type Attributes = Readonly<Record<string, string>>

type Predicate = (event: CloudEvent) => boolean

/** What the dialects of attributes ask of a value. Case counts. */
export const COMPARISONS = {
  exact: (value, text) => value === text,
  prefix: (value, text) => value.startsWith(text),
  suffix: (value, text) => value.endsWith(text)
} as const satisfies Record<string, (value: string, text: string) => boolean>

/** Makes the function that says whether an event matches all of the filters. It never throws. No filter matches all. */
export function compileFilter(filters: readonly Filter[] = []): Predicate {
  return every(filters.map(compile))
}

/** The value of a context attribute or extension. The event's data are none, whatever their type. */
export function attributeOf(event: CloudEvent, name: string): string | undefined {
  const value = event[name]
  return typeof value === 'string' ? value : undefined
}

function compile(filter: Filter): Predicate {
  if ('exact' in filter) return comparing(filter.exact, COMPARISONS.exact)
  if ('prefix' in filter) return comparing(filter.prefix, COMPARISONS.prefix)
  if ('suffix' in filter) return comparing(filter.suffix, COMPARISONS.suffix)
  if ('all' in filter) return every(filter.all.map(compile))
  if ('any' in filter) {
    const predicates = filter.any.map(compile)
    return event => predicates.some(matches => matches(event))
  }
  const matches = compile(filter.not)
  return event => !matches(event)
}

function every(predicates: readonly Predicate[]): Predicate {
  const [only, ...more] = predicates
  // Fifty routes are asked of each event.
  if (only !== undefined && more.length === 0) return only
  return event => predicates.every(matches => matches(event))
}

function comparing(attributes: Attributes, compare: (value: string, text: string) => boolean): Predicate {
  return every(
    Object.entries(attributes).map(([name, text]) => event => {
      const value = attributeOf(event, name)
      return value !== undefined && compare(value, text)
    })
  )
}
