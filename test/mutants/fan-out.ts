import type { Mutant } from './mutant.ts'

const DELIVER = 'src/deliver/deliver.ts'
const DELIVER_TESTS = ['test/deliver/deliver.test.ts']
const BEST_EFFORT_TESTS = ['test/deliver/best-effort.test.ts']
const MODEL_TESTS = ['test/deliver/model/interleavings.test.ts']

/** Where events go, who is waited for, and what an acknowledgement means. */
export const fanOutMutants: readonly Mutant[] = [
  {
    name: 'a webhook is acknowledged before its required destinations have it',
    file: DELIVER,
    find: 'Promise.all(waitedFor)',
    replace: '[]',
    tests: DELIVER_TESTS
  },
  {
    name: 'one of the destinations is left out',
    file: DELIVER,
    find: 'const targets = route(event)',
    replace: 'const targets = route(event).slice(0, 2)',
    tests: MODEL_TESTS
  },
  {
    name: 'a best-effort destination delays the acknowledgement',
    file: DELIVER,
    find: 'Promise.all(waitedFor)',
    replace: 'Promise.all(waitedFor).finally(() => Promise.all(notWaitedFor))',
    tests: BEST_EFFORT_TESTS
  },
  {
    name: 'a best-effort destination refuses a webhook',
    file: DELIVER,
    find: 'Promise.all(waitedFor)',
    replace: 'Promise.all([...waitedFor, ...notWaitedFor])',
    tests: BEST_EFFORT_TESTS
  },
  {
    name: 'best-effort publishes have no bound',
    file: 'src/deliver/background.ts',
    find: 'admission.enter(bytes)',
    replace: '() => {}',
    tests: BEST_EFFORT_TESTS
  },
  {
    name: 'best-effort publishes have no deadline',
    file: 'src/deliver/background.ts',
    find: 'deadline.abort()',
    replace: '{}',
    tests: ['test/deliver/background.test.ts']
  },
  {
    name: 'best effort beats required',
    file: 'src/deliver/routes.ts',
    find: "route.delivery === 'required' ? required : (target ?? bestEffort)",
    replace: "route.delivery === 'required' ? (target ?? required) : bestEffort",
    tests: ['test/deliver/routes.test.ts']
  },
  {
    name: 'every event goes to the dead letter as well',
    file: 'src/deliver/routes.ts',
    find: 'names.filter(name => name !== deadLetter)',
    replace: 'names',
    tests: ['test/deliver/routes.test.ts']
  },
  {
    name: 'the filter `not` inverts nothing',
    file: 'src/deliver/filter.ts',
    find: 'return event => !matches(event)',
    replace: 'return matches',
    tests: ['test/deliver/filter.test.ts']
  },
  {
    name: 'the filter `any` wants all',
    file: 'src/deliver/filter.ts',
    find: 'predicates.some(matches => matches(event))',
    replace: 'predicates.every(matches => matches(event))',
    tests: ['test/deliver/filter.test.ts']
  },
  {
    name: 'a publish may take longer than the deadline',
    file: 'src/deliver/connection.ts',
    find: "signal.addEventListener('abort', onAbort, { once: true })",
    replace: '',
    tests: ['test/deliver/destination.test.ts']
  },
  {
    name: "an adapter's fault is called permanent",
    file: 'src/deliver/destination.ts',
    find: '\n  return new UnavailableError(',
    replace: '\n  return new EventError(',
    tests: ['test/deliver/destination.test.ts']
  },
  {
    name: 'a refusal for good outweighs an outage',
    file: 'src/deliver/result.ts',
    find: 'refusals.find(refusal => !(refusal instanceof EventError)) ?? ',
    replace: '',
    tests: ['test/deliver/result.test.ts']
  }
]
