import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type ConnectionOptions, openConnection } from '../../../../adapters/kafka/platformatic/connection.ts'
import { createSignIn } from '../../../../adapters/kafka/platformatic/sasl.ts'
import { UnavailableError } from '../../../../src/errors.ts'

const plain = { clientId: 'test', tls: async () => undefined, sasl: undefined }
const never = new AbortController().signal

/** A connection to a port that takes connections, and keeps count of them, and never says anything. */
async function openMute(options: ConnectionOptions) {
  const seen = { connections: 0 }
  const server = createServer(socket => {
    seen.connections += 1
    socket.on('error', () => {}).resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const broker = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = openConnection(broker, options)
  onTestFinished(() => connection.destroy())
  return { broker, connection, seen }
}

const sasl = createSignIn({ mechanism: 'plain', username: 'alice', password: 'secret' }, '/')

test.concurrent.for<[string, ConnectionOptions, number]>([
  ['TLS', { ...plain, tls: async () => ({}) }, 1000],
  ['a sign-in', { ...plain, sasl }, 2000]
])('a broker that is mute at %s is given up in time, and named', async ([, options, ms], { expect }) => {
  const { broker, connection } = await openMute(options)
  const start = performance.now()
  const refused = { name: 'TimeoutError', broker }
  await expect(connection.use(never, async () => expect.fail('it is connected'))).rejects.toMatchObject(refused)
  const elapsed = performance.now() - start
  expect(elapsed).toBeGreaterThan(ms - 100)
  expect(elapsed).toBeLessThan(ms + 900)
  expect(connection.over).toBe(true)
})

test('whoever has given up before is not connected for', async () => {
  const { connection, seen } = await openMute(plain)
  await expect(connection.use(AbortSignal.abort(new Error('given up')), async () => {})).rejects.toThrow('given up')
  // The next one is, by the same connection.
  expect(await connection.use(never, async () => 'connected')).toBe('connected')
  expect(seen.connections).toBe(1)
})

test('a file that is of no use is told as it is, before anything is connected', async () => {
  const fault = new UnavailableError('tls.ca cannot be read. Put the file there.')
  const { connection, seen } = await openMute({ ...plain, tls: () => Promise.reject(fault) })
  await expect(connection.use(never, async () => {})).rejects.toBe(fault)
  expect(seen.connections).toBe(0)
})

test('destroyed while it connects, it connects no more', async () => {
  const read = Promise.withResolvers<undefined>()
  const { connection, seen } = await openMute({ ...plain, tls: () => read.promise })
  const using = connection.use(never, async () => expect.fail('it is connected'))
  connection.destroy()
  read.resolve(undefined)
  await expect(using).rejects.toMatchObject({ code: 'PLT_KFK_NETWORK' })
  expect(seen.connections).toBe(0)
})

test('who waits for an answer is told when the connection is destroyed', async () => {
  const { connection } = await openMute(plain)
  const waiting = Promise.withResolvers<void>()
  const using = connection.use(never, client => {
    waiting.resolve()
    return new Promise((_resolve, reject) => client.once('close', () => reject(new Error('closed'))))
  })
  await waiting.promise
  connection.destroy()
  await expect(using).rejects.toMatchObject({ code: 'PLT_KFK_NETWORK' })
  expect(connection.over).toBe(true)
})
