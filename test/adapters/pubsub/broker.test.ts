import { expect, test } from 'vitest'
import { createBroker } from '../../../adapters/pubsub/broker.ts'
import { UnavailableError } from '../../../src/errors.ts'

test('a message without an id has not been accepted, and is sent again', async () => {
  const client = { topic: 'projects/acme/topics/jobs', publish: async () => ['1', ''], close: async () => {} }
  const broker = createBroker(client, { orderingKey: false })
  const message = { data: Buffer.from(''), attributes: {} }
  const [first, second] = await broker.send([message, message], new AbortController().signal, false)
  expect(first).toEqual({ id: '1' })
  const { error, kind } = broker.toFault(second !== undefined && 'cause' in second ? second.cause : expect.fail())
  expect(kind).toBe('passing')
  expect(error).toBeInstanceOf(UnavailableError)
})
