import { expect, test } from 'vitest'
import { durability } from '../../../adapters/kafka/durability.ts'

const partition = (replicas: number, inSync = replicas) => {
  const nodes = Array.from({ length: replicas }, (_, index) => index)
  return { replicas: nodes, isr: nodes.slice(0, inSync) }
}
const GOOD = {
  'cleanup.policy': 'delete',
  'max.message.bytes': '1048588',
  'min.insync.replicas': '2',
  'retention.ms': '604800000',
  'unclean.leader.election.enable': 'false'
}
const OPTIONS = { key: 'partitionkey', compression: 'none', body: 262_144 } as const

const of = (partitions: readonly ReturnType<typeof partition>[], settings?: object, options: object = {}) =>
  [...durability(partitions, settings && new Map(Object.entries(settings)), { ...OPTIONS, ...options })].map(
    ({ state, says }) => `${state}: ${says}`
  )

test('all is well, and events are kept for a while', () => {
  const [said = '', ...others] = of([partition(3), partition(3)], GOOD)
  expect(others).toEqual([])
  expect(said).toBe('ok: No event is on one broker alone. Events are kept for 7 days.')
})

test.each([
  ['-1', 'None has an end.'],
  ['3600000', 'Events are kept for 0.04 days.'],
  ['129600000', 'Events are kept for 1.5 days.']
])('events are kept as retention.ms says: %s', (retention, kept) => {
  expect(of([partition(3)], { ...GOOD, 'retention.ms': retention })[0]).toContain(kept)
})

test.each([
  ['one replica', [partition(3), partition(1)], GOOD, {}, /one replica/],
  [
    'an acknowledgement by one',
    [partition(3)],
    { ...GOOD, 'min.insync.replicas': '1' },
    {},
    /min\.insync\.replicas is 1/
  ],
  ['replicas that lag', [partition(3), partition(3, 2), partition(3, 2)], GOOD, {}, /not in sync: 2\./],
  [
    'leaders without the last events',
    [partition(3)],
    { ...GOOD, 'unclean.leader.election.enable': 'true' },
    {},
    /unclean/
  ],
  [
    'compaction',
    [partition(3)],
    { ...GOOD, 'cleanup.policy': 'compact,delete' },
    {},
    /compact.*\(partitionkey\).*key: id/
  ],
  [
    'too small a limit',
    [partition(3)],
    { ...GOOD, 'max.message.bytes': '266000' },
    {},
    /max\.message\.bytes is 266000/
  ],
  ['a body above the limit', [partition(3)], GOOD, { body: 1_048_588 }, /limits\.body 1048588:/]
])('%s is a warning, and the only one', (_what, partitions, settings, options, says) => {
  const [said, ...others] = of(partitions, settings, options)
  expect(said).toMatch(/^warning: /)
  expect(said).toMatch(says)
  expect(others).toEqual([])
})

test.each([
  ['compaction, where each event has a key of its own', { 'cleanup.policy': 'compact' }, { key: 'id' }],
  ['a small limit, where records are compressed', { 'max.message.bytes': '1000' }, { compression: 'gzip' }]
])('%s is none', (_what, settings, options) => {
  expect(of([partition(3)], { ...GOOD, ...settings }, options)).toEqual([expect.stringMatching(/^ok: /)])
})

test('without the configuration, only what the replicas say is known', () => {
  expect(of([partition(3)])).toEqual([])
  expect(of([partition(1)])).toEqual([expect.stringMatching(/one replica/)])
  expect(of([partition(3, 2)])).toEqual([expect.stringMatching(/not in sync/)])
})

test('too few replicas in sync are a fault: the partition takes nothing', () => {
  const refused = of([partition(3), partition(3, 1)], GOOD)
  expect(refused).toEqual([expect.stringMatching(/^fault: .*replicas in sync: 1\. Bring brokers back\.$/)])
  // One replica is all there is, and Kafka asks for no more.
  expect(of([partition(1)], GOOD)).toEqual([expect.stringMatching(/one replica/)])
})
