import { expect, test } from 'vitest'
import { acceptedBy } from '../../../../adapters/kafka/platformatic/produce.ts'

const partition = {
  index: 1,
  errorCode: 0,
  baseOffset: 7n,
  logAppendTimeMs: -1n,
  logStartOffset: 0n,
  recordErrors: [],
  errorMessage: null
}
const answer = (partitions: readonly object[], name = 'jobs') => ({
  responses: [{ name, partitionResponses: partitions.map(changes => ({ ...partition, ...changes })) }]
})

test.each([
  ['nothing', { responses: [] }, []],
  ['a partition', answer([{}]), [[1, 7n]]],
  ['an offset above 2^53', answer([{ baseOffset: 9007199254740993n }]), [[1, 9007199254740993n]]],
  [
    'two partitions',
    answer([{}, { index: 2, baseOffset: 0n }]),
    [
      [1, 7n],
      [2, 0n]
    ]
  ],
  ['a partition of another topic', answer([{}], 'others'), []]
])('an answer that names %s accepts just that', (_what, response, accepted) => {
  expect([...acceptedBy(response, 'jobs')]).toEqual(accepted)
})

test.each([
  ['NOT_LEADER_OR_FOLLOWER', 6],
  ['MESSAGE_TOO_LARGE', 10],
  ['KAFKA_STORAGE_ERROR', 56]
])('a partition with an error, beside one without, is that error: %s', (type, errorCode) => {
  const error = expect.objectContaining({ type })
  expect(() => acceptedBy(answer([{}, { index: 2, errorCode, baseOffset: -1n }]), 'jobs')).toThrow(error)
})
