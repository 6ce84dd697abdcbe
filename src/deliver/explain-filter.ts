import type { CloudEvent } from '../event.ts'
import { type Attributes, attributeOf, COMPARISONS, type Filter } from './filter.ts'

/**
 * Why an event does not match all of the filters: one short sentence without its full stop, for people. Undefined when
 * it does, exactly where `compileFilter`'s function says true.
 */
export function explainFilter(filters: readonly Filter[] = [], event: CloudEvent): string | undefined {
  const { matches, because } = all(filters.map(filter => judge(filter, event)))
  return matches ? undefined : because
}

/** Whether a filter matches, and the facts of the event that decide it. */
interface Verdict {
  readonly matches: boolean
  readonly because: string
}

function judge(filter: Filter, event: CloudEvent): Verdict {
  if ('exact' in filter) return compared(filter.exact, event, 'exact')
  if ('prefix' in filter) return compared(filter.prefix, event, 'prefix')
  if ('suffix' in filter) return compared(filter.suffix, event, 'suffix')
  if ('all' in filter) return all(filter.all.map(inner => judge(inner, event)))
  if ('any' in filter) return any(filter.any.map(inner => judge(inner, event)))
  const { matches, because } = judge(filter.not, event)
  return matches ? { matches: false, because: `${because}, which "not" excludes` } : { matches: true, because }
}

function all(verdicts: readonly Verdict[]): Verdict {
  const failed = verdicts.find(({ matches }) => !matches)
  return failed ?? { matches: true, because: verdicts.map(({ because }) => because).join(' and ') }
}

function any(verdicts: readonly Verdict[]): Verdict {
  const found = verdicts.find(({ matches }) => matches)
  const reasons = verdicts.map(({ because }) => because).join('; ')
  return found ?? { matches: false, because: `nothing in "any" matches (${reasons})` }
}

const WORDS = {
  exact: { yes: 'is', no: 'is not' },
  prefix: { yes: 'begins with', no: 'does not begin with' },
  suffix: { yes: 'ends with', no: 'does not end with' }
} as const

function compared(attributes: Attributes, event: CloudEvent, dialect: keyof typeof WORDS): Verdict {
  const { yes, no } = WORDS[dialect]
  return all(
    Object.entries(attributes).map(([name, text]) => {
      const value = attributeOf(event, name)
      if (value === undefined) return { matches: false, because: `${name} is absent` }
      return COMPARISONS[dialect](value, text)
        ? { matches: true, because: `${name} ${yes} ${quote(text)}` }
        : { matches: false, because: `${name} ${quote(value)} ${no} ${quote(text)}` }
    })
  )
}

/** Enough of a value to know it by; a subject can be as long as a body. */
const LONGEST_SHOWN = 100

function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text)
}
