import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import type { Peer } from '../../brokers/kafka/peer.ts'
import { TOKEN_SUBJECT, USERS } from '../../brokers/kafka/properties.ts'
import { it, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { CLIENTS } from './clients.ts'
import { connect } from './connect.ts'
import { publish, refusalOf } from './refusal.ts'

function folder(): string {
  const folder = temporaryFolder('mending-')
  onTestFinished(() => folder.remove())
  return folder.path
}

/** Brokers learn a moment later than the peer what has changed. */
const soon = <T>(attempt: () => Promise<T>) => vi.waitFor(attempt, { timeout: 10_000, interval: 50 })

async function idsIn(peer: Peer, topic: string): Promise<string[]> {
  const headers = (await peer.read(topic)).flatMap(record => record.headers)
  return headers.flatMap(({ name, value }) => (name === 'ce_id' ? String(value) : [])).toSorted()
}

describe.each(CLIENTS)('by %s,', client => {
  it('a topic that has been deleted, once it is created again', async ({ kafka, peer }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic)
    onTestFinished(() => peer.deleteTopic(topic))
    const adapter = await connect({ client, brokers: [kafka.plaintext], topic })
    await publish(adapter)
    await peer.deleteTopic(topic)
    const refusal = await soon(() => refusalOf(publish(adapter, sampleEvent(), 500)))
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal.message).toBe(`The Kafka topic "${topic}" does not exist. Create it, or correct topic.`)
    await peer.createTopic(topic)
    await soon(() => publish(adapter))
    await Promise.all(Array.from({ length: 5 }, () => publish(adapter)))
  })

  it('a user who may not write, once that is granted', async ({ secured, peer, topic }) => {
    const sasl = { mechanism: 'plain', username: 'mallory', password: USERS.mallory }
    await peer.allow(topic, 'User:mallory', 'Describe')
    const adapter = await soon(() => connect({ client, brokers: [secured.sasl], topic, sasl }))
    const refusal = await refusalOf(publish(adapter))
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal.message).toContain(`write to the topic "${topic}". Grant its user WRITE`)
    await peer.allow(topic, 'User:mallory', 'Write')
    await soon(() => publish(adapter))
  })

  it('a user who may nothing, once they may write and nothing else', async ({ secured, peer, topic }) => {
    const sasl = { mechanism: 'plain', username: 'mallory', password: USERS.mallory }
    const options = { client, brokers: [secured.sasl], topic, sasl }
    expect(await refusalOf(connect(options))).toBeInstanceOf(UnavailableError)
    await peer.allow(topic, 'User:mallory', 'Write')
    await publish(await soon(() => connect(options)))
  })

  it('an event larger than the topic takes, alone and among others, once it takes more', async ({ kafka, peer }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { configs: { 'max.message.bytes': '5000' } })
    onTestFinished(() => peer.deleteTopic(topic))
    const adapter = await connect({ client, brokers: [kafka.plaintext], topic })
    const large = sampleEvent(JSON.stringify('x'.repeat(10_000)))
    const others = Array.from({ length: 20 }, () => sampleEvent())

    const alone = await refusalOf(publish(adapter, large))
    const before = others.slice(0, 10).map(event => publish(adapter, event))
    const among = refusalOf(publish(adapter, large))
    await Promise.all([...before, ...others.slice(10).map(event => publish(adapter, event))])
    for (const refusal of [alone, await among]) {
      expect(refusal).toBeInstanceOf(EventError)
      expect(refusal.message).toContain(`larger than the Kafka topic "${topic}" takes. Raise its max.message.bytes`)
    }
    expect(await idsIn(peer, topic)).toEqual(others.map(({ id }) => id).toSorted())

    await peer.setTopicConfig(topic, { 'max.message.bytes': '50000' })
    await soon(() => publish(adapter, large))
    expect(await idsIn(peer, topic)).toContain(large.id)
  })

  it('an event without a key in a compacted topic, once it is compacted no more', async ({ kafka, peer }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { configs: { 'cleanup.policy': 'compact' } })
    onTestFinished(() => peer.deleteTopic(topic))
    const adapter = await connect({ client, brokers: [kafka.plaintext], topic, key: 'orderid' })
    await publish(adapter, sampleEvent('{}', { orderid: '1' }))
    const refusal = await refusalOf(publish(adapter))
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal.message).toMatch(/Set key, if it is compacted: it then takes only records with one/)
    await peer.setTopicConfig(topic, { 'cleanup.policy': 'delete' })
    await soon(() => publish(adapter))
  })

  it('an authority whose file is not there, once it is', async ({ secured, topic }) => {
    const ca = join(folder(), 'ca.pem')
    const options = { client, brokers: [secured.tls], topic, tls: { ca } }
    expect(await refusalOf(connect(options))).toBeInstanceOf(UnavailableError)
    copyFileSync(join(secured.keys, 'ca.pem'), ca)
    await publish(await connect(options))
  })

  it('a token that has expired, once the provider gives another', async ({ secured, topic }) => {
    const directory = folder()
    const token = join(directory, 'token')
    const provider = join(directory, 'provider.js')
    const read = `readFileSync(${JSON.stringify(token)}, 'utf8')`
    writeFileSync(provider, `import { readFileSync } from 'node:fs'\nexport default () => ${read}\n`)
    const options = { client, brokers: [secured.sasl], topic, sasl: { mechanism: 'oauthbearer', provider } }
    writeFileSync(token, await signToken(secured.signingKey, TOKEN_SUBJECT, { iat: 1_600_000_000, exp: 1_600_000_300 }))
    expect(await refusalOf(connect(options))).toBeInstanceOf(UnavailableError)
    writeFileSync(token, await signToken(secured.signingKey, TOKEN_SUBJECT))
    await publish(await connect(options))
  })
})
