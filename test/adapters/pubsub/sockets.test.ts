import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openClient, type PubsubClient } from '../../../adapters/pubsub/client.ts'

/** Accepts connections, and says nothing. */
async function openMute() {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer(socket => {
    accepted += 1
    sockets.add(socket)
    socket.resume().on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    }
  }
}

/** Asks so often in vain, each time over another connection. */
async function ask(client: PubsubClient, mute: { readonly accepted: number }, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    const before = mute.accepted
    const abort = new AbortController()
    const outcome = client.publish([{ data: Buffer.from(''), attributes: {} }], abort.signal, true)
    const ended = expect(outcome).rejects.toMatchObject({ name: 'TimeoutError' })
    await vi.waitFor(() => expect(mute.accepted).toBeGreaterThan(before))
    abort.abort(new DOMException('Nobody waits.', 'TimeoutError'))
    await ended
  }
}

async function open(port: number): Promise<PubsubClient> {
  vi.stubEnv('PUBSUB_EMULATOR_HOST', `127.0.0.1:${port}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  const client = await openClient({ topic: 'projects/acme/topics/jobs' })
  onTestFinished(() => client.close())
  return client
}

test('close leaves no connection, also of those that were replaced', async () => {
  const mute = await openMute()
  const client = await open(mute.port)
  await ask(client, mute, 5)
  expect(mute.accepted).toBe(5)
  await client.close()
  await vi.waitFor(() => expect(mute.open).toBe(0))
})

test('connections that were replaced end after a while', async () => {
  const mute = await openMute()
  const client = await open(mute.port)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await ask(client, mute, 5)
  await vi.advanceTimersByTimeAsync(11_000)
  vi.useRealTimers()
  await vi.waitFor(() => expect(mute.open).toBe(0))
})
