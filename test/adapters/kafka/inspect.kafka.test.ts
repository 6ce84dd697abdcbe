import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import kafka from '../../../adapters/kafka.ts'
import { within } from '../../../src/testing/expect.ts'
import { USERS } from '../../brokers/kafka/properties.ts'
import { it, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { claimPlace } from '../../brokers/proxy.ts'
import { freePort } from '../../spawn.ts'
import { inShort, inspected, saysOf } from '../inspected.ts'

const REACHED = ['reachable: ok', 'authenticated: ok']
const THERE = [...REACHED, 'exists: ok', 'reachable: ok', 'permission: unknown']
const user = (username: keyof typeof USERS, password: string = USERS[username]) => ({
  sasl: { mechanism: 'plain', username, password }
})

it('says of a topic on one broker what is well, and what is not; and leaves nothing behind', async ({
  kafka: { plaintext },
  peer,
  topic
}) => {
  await peer.addPartitions(topic, 3)
  const findings = await inspected(kafka, { brokers: [plaintext], topic })
  expect(inShort(findings)).toEqual([...THERE, 'durability: warning'])
  expect(saysOf(findings, 'exists', 'ok')).toBe(`The topic "${topic}" is there; partitions: 3.`)
  expect(saysOf(findings, 'durability', 'warning')).toMatch(/one replica.*Give the topic three/)
  expect(await peer.read(topic)).toEqual([])
})

it('sees compaction, and a limit below that of the bridge', async ({ kafka: { plaintext }, peer, onTestFinished }) => {
  const topic = uniqueTopic()
  await peer.createTopic(topic, { configs: { 'cleanup.policy': 'compact', 'max.message.bytes': '200000' } })
  onTestFinished(() => peer.deleteTopic(topic))
  const findings = await inspected(kafka, { brokers: [plaintext], topic })
  expect(inShort(findings)).toEqual([...THERE, ...Array.from({ length: 3 }, () => 'durability: warning')])
  const said = findings.map(({ says }) => says).join('\n')
  expect(said).toMatch(/cleanup\.policy is compact.*partitionkey.*set key: id/)
  expect(said).toMatch(/max\.message\.bytes is 200000, and limits\.body 262144/)
  const careful = await inspected(kafka, { brokers: [plaintext], topic, key: 'id' }, { body: 100_000 })
  expect(inShort(careful)).toEqual([...THERE, 'durability: warning'])
})

it('names a topic that is not there, and does not make it', async ({ kafka: { plaintext }, peer }) => {
  const topic = uniqueTopic()
  for (const _ of ['first', 'second']) {
    const findings = await inspected(kafka, { brokers: [plaintext], topic })
    expect(inShort(findings)).toEqual([...REACHED, 'exists: fault'])
    expect(saysOf(findings, 'exists', 'fault')).toContain(`"${topic}" does not exist. Create it`)
  }
  await expect(peer.partitions(topic)).rejects.toMatchObject({ code: 'UnknownTopicOrPartitionException' })
})

it.for([
  ['plain', 'sasl'],
  ['scram-sha-512', 'sasl']
] as const)('%s: a wrong password is named, and not shown', async ([mechanism], { secured, topic }) => {
  const password = 'a-wrong-password'
  const sasl = { mechanism, username: 'alice', password }
  const findings = await inspected(kafka, { brokers: [secured.sasl], topic, sasl })
  expect(inShort(findings)).toEqual(['reachable: ok', 'authenticated: fault'])
  expect(saysOf(findings, 'authenticated', 'fault')).toMatch(/refused the credentials.*Check sasl/)
  expect(JSON.stringify(findings)).not.toContain(password)
})

it('whoever may do nothing is told what to grant', async ({ secured, topic }) => {
  const findings = await inspected(kafka, { brokers: [secured.sasl], topic, ...user('mallory') })
  expect(inShort(findings)).toEqual([...REACHED, 'permission: fault'])
  expect(saysOf(findings, 'permission', 'fault')).toContain('Grant its user WRITE on the topic.')
})

it('whoever may only write needs no more, and is told what to grant to know more', async ({ secured, peer, topic }) => {
  await peer.allow(topic, 'User:mallory', 'Write')
  const options = { brokers: [secured.sasl], topic, ...user('mallory') }
  const findings = await inspected(kafka, options)
  expect(inShort(findings)).toEqual([...THERE, 'durability: unknown', 'durability: warning'])
  expect(saysOf(findings, 'durability', 'unknown')).toMatch(/grant its user DESCRIBE_CONFIGS on the topic/)
  await peer.allow(topic, 'User:mallory', 'DESCRIBE_CONFIGS')
  expect(inShort(await inspected(kafka, options))).toEqual([...THERE, 'durability: warning'])
})

it('a leader whose address leads nowhere is a fault, although the brokers answer', async ({ secured, topic }) => {
  const proxy = await claimPlace(secured.proxied)
  onTestFinished(() => proxy.close())
  await proxy.refuse()
  const findings = await inspected(kafka, { brokers: [`127.0.0.1:${proxy.target}`], topic })
  expect(inShort(findings)).toEqual([...REACHED, 'reachable: fault'])
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(`(127.0.0.1:${proxy.port}, ECONNREFUSED)`)
  expect(saysOf(findings, 'reachable', 'fault')).toContain('(advertised.listeners)')
})

const silences: readonly [string, () => Promise<string>, RegExp][] = [
  ['nobody listens', async () => `127.0.0.1:${await freePort()}`, /127\.0\.0\.1:\d+, ECONNREFUSED.*Check brokers/],
  ['no such host is known', async () => 'kafka.invalid:9092', /kafka\.invalid:9092.*Check brokers/],
  ['nobody answers', async () => (await openSilence()).at, /did not answer.*brokers/]
]

it.for(silences)('where %s, that is all there is to say', async ([, open, says], { topic }) => {
  const findings = await inspected(kafka, { brokers: [await open()], topic })
  expect(inShort(findings)).toEqual(['reachable: fault'])
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(says)
})

it('ends soon after it is told to', async ({ topic }) => {
  const { at, connections } = await openSilence()
  const stop = new AbortController()
  const inspection = inspected(kafka, { brokers: [at], topic }, {}, stop.signal)
  await expect.poll(connections).toBe(1)
  stop.abort(new Error('Nobody waits.'))
  expect(inShort(await within(500, inspection, 'its end'))).toEqual(['reachable: fault'])
  await expect.poll(connections).toBe(0)
})

/** Takes connections, and says nothing. */
async function openSilence(): Promise<{ at: string; connections: () => number }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket.resume())
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => sockets.size }
}
