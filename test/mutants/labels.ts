import type { Mutant } from './mutant.ts'

const OBSERVE = 'src/telemetry/observe.ts'
const TESTS = ['test/ingress/cardinality.test.ts']

/** What a sender may choose must never become a label: series are for ever. */
export const labelMutants: readonly Mutant[] = [
  {
    name: 'an unknown type becomes a label',
    file: 'src/telemetry/metrics.ts',
    find: "isEventType(envelopeType) ? envelopeType : 'other'",
    replace: 'envelopeType',
    tests: TESTS
  },
  {
    name: 'an unknown path becomes a label',
    file: OBSERVE,
    find: "progress?.endpoint?.path ?? 'none'",
    replace: "progress?.endpoint?.path ?? progress?.raw.url ?? 'none'",
    tests: TESTS
  },
  {
    name: 'the id of a verified webhook becomes a label',
    file: OBSERVE,
    find: 'scheme: verified.scheme, key: verified.key',
    replace: "scheme: verified.scheme, key: progress?.admitted?.id ?? ''",
    tests: TESTS
  },
  {
    name: 'a query, with the callback token in it, becomes a label',
    file: OBSERVE,
    find: "progress?.endpoint?.path ?? 'none'",
    replace: "progress?.endpoint ? String(progress.raw.url) : 'none'",
    tests: TESTS
  },
  {
    name: 'the value of an extension becomes a label',
    file: OBSERVE,
    find: 'for (const extension of normalized.forbidden)',
    replace: "for (const extension of [...normalized.forbidden, normalized.event['tenant'] ?? ''])",
    tests: TESTS
  }
]
