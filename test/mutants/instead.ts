import type { Mutant } from './mutant.ts'

const DELIVER = 'src/deliver/deliver.ts'
const UNPUBLISHABLE_TESTS = ['test/deliver/unpublishable.test.ts']
const BURY_TESTS = ['test/deliver/bury.test.ts']
const FALLBACK = 'src/deliver/fallback.ts'
const FALLBACK_TESTS = ['test/deliver/fallback.test.ts']
const FALLBACK_MODEL_TESTS = ['test/deliver/model/sharp-corners.test.ts']

/** The dead letter and the fallback: what has an event in another's stead. */
export const insteadMutants: readonly Mutant[] = [
  {
    name: 'a webhook is acknowledged before the dead letter has it',
    file: 'src/deliver/bury.ts',
    find: 'const result = await to.publish(',
    replace: "const result = { destination: '', outcome: 'accepted' } as const\n    void to.publish(",
    tests: BURY_TESTS
  },
  {
    name: 'what the dead letter does not take is acknowledged',
    file: 'src/deliver/bury.ts',
    find: "if (result.outcome === 'accepted' || result.outcome === 'fallback') {",
    replace: 'if (to) {',
    tests: BURY_TESTS
  },
  {
    name: 'what a destination cannot take now goes to the dead letter',
    file: DELIVER,
    find: 'result.refusal instanceof EventError',
    replace: 'result.refusal',
    tests: UNPUBLISHABLE_TESTS
  },
  {
    name: 'best-effort events go to the dead letter',
    file: DELIVER,
    find: 'return required && bury &&',
    replace: 'return bury &&',
    tests: UNPUBLISHABLE_TESTS
  },
  {
    name: "a dead letter has its event's identity",
    file: 'src/deliver/dead-letter.ts',
    find: '    id: ',
    replace: '    id,\n    instead: ',
    tests: ['test/deliver/dead-letter.test.ts']
  },
  {
    name: 'the fallback is used before it is due',
    file: FALLBACK,
    find: 'now() - since >= after',
    replace: 'now() - since >= 0',
    tests: FALLBACK_TESTS
  },
  {
    name: 'the fallback is never used',
    file: FALLBACK,
    find: 'now() - since >= after',
    replace: 'now() - since >= Infinity',
    tests: FALLBACK_TESTS
  },
  {
    name: 'the fallback is never left',
    file: FALLBACK,
    find: 'failing = undefined',
    replace: '{}',
    tests: FALLBACK_TESTS
  },
  {
    name: 'what the fallback has does not say whom it was meant for',
    file: FALLBACK,
    find: 'Object.freeze({ ...event, fallbackfor: name })',
    replace: 'event',
    tests: FALLBACK_TESTS
  },
  {
    name: 'what the fallback does not take is acknowledged',
    file: FALLBACK,
    find: "if (outcome === 'accepted') {",
    replace: 'if (to) {',
    tests: FALLBACK_TESTS
  },
  {
    name: 'all events wait for a destination whose fallback is in use',
    file: FALLBACK,
    find: 'inFallback && probing ? undefined',
    replace: 'inFallback && probing && signal.aborted ? undefined',
    tests: FALLBACK_TESTS
  },
  {
    name: 'a refusal for good ends an outage',
    file: FALLBACK,
    find: "if (result.outcome === 'accepted') isAlive()",
    replace: "if (result.outcome !== 'unavailable') isAlive()",
    tests: FALLBACK_MODEL_TESTS
  },
  {
    name: 'a late acceptance ends no outage',
    file: FALLBACK,
    find: '      isAlive()\n      onLateAcceptance()',
    replace: '      onLateAcceptance()',
    tests: FALLBACK_MODEL_TESTS
  },
  {
    name: 'what the fallback has goes on to its destination',
    file: FALLBACK,
    find: '.finally(() => givingUp.abort())',
    replace: '',
    tests: FALLBACK_MODEL_TESTS
  }
]
