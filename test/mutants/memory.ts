import type { Mutant } from './mutant.ts'

const ONCE_TESTS = ['test/deliver/once.test.ts']
const FLIGHTS = 'src/deliver/flights.ts'
const FLIGHTS_TESTS = ['test/deliver/flights.test.ts']

/** What the bridge remembers, and whose publish is whose. */
export const memoryMutants: readonly Mutant[] = [
  {
    name: 'an event is remembered before its destination has accepted it',
    file: 'src/deliver/once.ts',
    find: 'const result = await work(',
    replace: 'remember()\n      const result = await work(',
    tests: ONCE_TESTS
  },
  {
    name: 'a refusal is remembered as an acceptance',
    file: 'src/deliver/once.ts',
    find: 'if (isSettled(result)) remember()',
    replace: 'remember()',
    tests: ONCE_TESTS
  },
  {
    name: 'an acceptance is not remembered',
    file: 'src/deliver/once.ts',
    find: 'if (isSettled(result)) remember()',
    replace: '',
    tests: ONCE_TESTS
  },
  {
    name: 'a late acceptance is not told',
    file: 'src/deliver/connection.ts',
    find: 'if (signal.aborted) onLateAcceptance()',
    replace: '',
    tests: ['test/deliver/destination.test.ts']
  },
  {
    name: 'a late acceptance is not remembered',
    file: 'src/deliver/once.ts',
    find: 'work(signal, remember)',
    replace: 'work(signal, () => {})',
    tests: ONCE_TESTS
  },
  {
    name: 'concurrent deliveries do not share one publish',
    file: FLIGHTS,
    find: 'flights.get(key) ?? depart(key, start)',
    replace: 'depart(key, start)',
    tests: FLIGHTS_TESTS
  },
  {
    name: 'a shared publish is abandoned with the first who leaves',
    file: FLIGHTS,
    find: 'return resolve(left())',
    replace: 'resolve(left())',
    tests: FLIGHTS_TESTS
  },
  {
    name: 'a shared publish is never abandoned',
    file: FLIGHTS,
    find: 'flight.abandoning.abort()',
    replace: '',
    tests: FLIGHTS_TESTS
  },
  {
    name: 'a redelivery joins a publish that is being abandoned',
    file: FLIGHTS,
    find: '        land(key, flight)\n',
    replace: '',
    tests: FLIGHTS_TESTS
  },
  {
    name: 'events of two sources are one',
    file: 'src/deliver/key.ts',
    find: '// No URI reference has a space.',
    replace: 'if (source) return id',
    tests: ['test/deliver/deliver.test.ts']
  },
  {
    name: 'what one destination has, all have',
    file: 'src/deliver/accepted.ts',
    find: 'const entry = (key: string, destination: string)',
    replace: "const entry = (key: string, _: string, destination = '')",
    tests: ['test/deliver/accepted.test.ts']
  },
  {
    name: 'the shared memory is never asked',
    file: 'src/deliver/accepted.ts',
    find: 'if (shared === undefined) return',
    replace: 'return',
    tests: ['test/deliver/accepted.test.ts']
  },
  {
    name: 'the shared memory may take longer than the deadline',
    file: 'src/deliver/accepted.ts',
    find: 'await unlessAborted(marks.find(key, asked.map(nameOf)), signal)',
    replace: 'await marks.find(key, asked.map(nameOf))',
    tests: ['test/deliver/model/sharp-corners.test.ts']
  },
  {
    name: 'a webhook that was refused with a 503 is too old later',
    file: 'src/server/remember-refusal.ts',
    find: 'refused.add(key)',
    replace: '{}',
    tests: ['test/ingress/stale.test.ts']
  },
  {
    name: 'a webhook is never too old',
    file: 'src/deliver/refused-ids.ts',
    find: 'proven.has(key) ||',
    replace: 'true ||',
    tests: ['test/deliver/refused-ids.test.ts']
  },
  {
    name: 'a refusal that proves nothing excuses any timestamp',
    file: 'src/deliver/refused-ids.ts',
    find: 'unproven.set(',
    replace: 'proven.set(key, true) && unproven.set(',
    tests: ['test/deliver/refused-ids.test.ts']
  }
]
