import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { openConnection } from '../../../../adapters/kafka/platformatic/connection.ts'
import { produce } from '../../../../adapters/kafka/platformatic/produce.ts'
import { createSignIn } from '../../../../adapters/kafka/platformatic/sasl.ts'
import { openPlatformatic } from '../../../../adapters/kafka/platformatic.ts'
import { USERS } from '../../../brokers/kafka/properties.ts'
import { it } from '../../../brokers/kafka/shared.ts'
import { openFaultProxy } from '../../../brokers/proxy.ts'
import { arrivedIds } from '../../../chaos/kafka/scene.ts'

const plain = { clientId: 'test', tls: async () => undefined, sasl: undefined }
const recordsOf = (id: string) => new Map([[0, [{ key: undefined, headers: { ce_id: id }, value: Buffer.from(id) }]]])
const soon = () => AbortSignal.timeout(10_000)

it('what was given up before it could be sent is not sent later', async ({ secured, peer, topic }) => {
  const proxy = await openFaultProxy({ port: 0, target: Number(secured.sasl.split(':')[1]) })
  onTestFinished(() => proxy.close())
  const sasl = createSignIn({ mechanism: 'plain', username: 'alice', password: USERS.alice }, '/')
  const open = () => {
    const connection = openConnection(`127.0.0.1:${proxy.port}`, { ...plain, sasl })
    onTestFinished(() => connection.destroy())
    return (id: string, signal: AbortSignal) =>
      connection.use(signal, client => produce(client, topic, recordsOf(id), 'none'))
  }
  await proxy.hold()
  const abort = new AbortController()
  const unsent = open()('unsent', abort.signal)
  await expect.poll(() => proxy.held.requests).toBeGreaterThan(0)
  abort.abort(new Error('given up'))
  await expect(unsent).rejects.toThrow('given up')
  await proxy.pass()
  // The broker takes what comes after it, on a connection that has signed in later.
  await open()('sent', soon())
  expect(await arrivedIds(peer, topic)).toEqual(['sent'])
})

it('a broker that takes connections and says nothing holds up nobody for long', async ({ kafka, topic }) => {
  const mute = createServer(socket => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  onTestFinished(() => void mute.close())
  const brokers = [`127.0.0.1:${(mute.address() as AddressInfo).port}`, ...kafka.plaintext.split(',')]
  const clients = Array.from({ length: 4 }, () => openPlatformatic({ ...plain, brokers, topic, compression: 'none' }))
  onTestFinished(async () => {
    await Promise.all(clients.map(client => client.close()))
  })
  // Whichever broker they begin with.
  const answers = await Promise.all(clients.map(client => client.leaders(AbortSignal.timeout(4000))))
  for (const leaders of answers) expect(leaders).toHaveLength(1)
})

it('close ends what is going on, and nothing begins after it', async ({ kafka, peer, topic }) => {
  const client = openPlatformatic({ ...plain, brokers: kafka.plaintext.split(','), topic, compression: 'none' })
  const [leader = Number.NaN] = await client.leaders(soon())
  await client.produce(leader, recordsOf('before'), soon())
  const asking = client.leaders(soon())
  await client.close()
  await expect(asking).rejects.toThrow()
  await expect(client.produce(leader, recordsOf('after'), soon())).rejects.toThrow()
  await expect(client.leaders(soon())).rejects.toThrow()
  expect(await arrivedIds(peer, topic)).toEqual(['before'])
})
