import { expect, test } from 'vitest'
import { acceptedBy } from '../../../adapters/kafka/kafkajs.ts'

const entry = { topicName: 'jobs', partition: 1, errorCode: 0, baseOffset: '7' }

test.each([
  ['nothing', [], []],
  ['a partition', [entry], [[1, 7n]]],
  ['an offset above 2^53', [{ ...entry, baseOffset: '9007199254740993' }], [[1, 9007199254740993n]]],
  [
    'a partition with an error, beside one without',
    [
      { ...entry, errorCode: 7 },
      { ...entry, partition: 2 }
    ],
    [[2, 7n]]
  ],
  ['a partition of another topic', [{ ...entry, topicName: 'others' }], []],
  ['a partition without its offset', [{ topicName: 'jobs', partition: 1, errorCode: 0 }], []]
])('an answer that names %s accepts just that', (_what, answer, accepted) => {
  expect([...acceptedBy(answer, 'jobs')]).toEqual(accepted)
})
