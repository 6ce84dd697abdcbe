import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectionClosed, createReceiving } from '../../src/server/receiving.ts'

test('a request whose sender has gone before its body is asked for leaves no place taken', async () => {
  const receiving = createReceiving({ requests: 1, bytes: 100 })
  const request = new IncomingMessage(new Socket())
  const reception = receiving.enter(request)
  request.destroy()
  await once(request, 'close')
  await expect(reception.body(100)).rejects.toBeInstanceOf(ConnectionClosed)
  expect(receiving.requests).toBe(0)
})
