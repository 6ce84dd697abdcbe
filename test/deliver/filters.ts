import fc from 'fast-check'
import type { Filter } from '../../src/deliver/filter.ts'
import type { CloudEvent } from '../../src/event.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

/** Few letters and few names, so that filters and events meet; some names are those of what every object has. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '漢', '😀'), minLength: 1, maxLength: 3 })
const name = fc.constantFrom('type', 'subject', 'tenant', 'constructor', 'data')

const { filter } = fc.letrec<{ filter: Filter }>(tie => {
  const attributes = fc.dictionary(name, text, { minKeys: 1, maxKeys: 2 })
  const several = fc.array(tie('filter'), { minLength: 1, maxLength: 3 })
  return {
    filter: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ exact: attributes }),
      fc.record({ prefix: attributes }),
      fc.record({ suffix: attributes }),
      fc.record({ all: several }),
      fc.record({ any: several }),
      fc.record({ not: tie('filter') })
    )
  }
})

export const filters: fc.Arbitrary<readonly Filter[]> = fc.array(filter, { maxLength: 3 })

export const events: fc.Arbitrary<CloudEvent> = fc
  .tuple(
    text,
    fc.dictionary(fc.constantFrom('subject', 'tenant', 'constructor'), fc.oneof(text, fc.constant('')), { maxKeys: 3 })
  )
  .map(([type, others]) => {
    const { subject: _subject, tenant: _tenant, ...event } = sampleEvent()
    return { ...event, type, ...others }
  })
