import { createHash } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import { sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { it, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { CLIENTS } from './clients.ts'
import { connect } from './connect.ts'

const PARTITIONS = 7

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
/** Of every length up to 20 bytes, since the last one to three bytes are hashed in a way of their own. */
const ascii = Array.from({ length: 20 }, (_, index) => [hash(`${index}`), hash(`-${index}`)])
  .flat()
  .map((text, index) => text.slice(0, Math.floor(index / 2) + 1))
/** Bytes above 127, which are negative in Java. */
const unicode = ['é', 'ÿÿ', '漢', '漢字', '😀', 'ß'.repeat(9), UNICODE]
const long = [hash('long').repeat(40), '漢'.repeat(333)]
const keys = [...new Set([...ascii, ...unicode, ...long])]

it.for(CLIENTS)(
  "by %s, a key leads to the partition that Kafka's own producer chooses",
  async (client, { kafka, peer }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { partitions: PARTITIONS })
    onTestFinished(() => peer.deleteTopic(topic))
    const adapter = await connect({ client, brokers: [kafka.plaintext], topic })

    const events = keys.map(key => sampleEvent('{}', { partitionkey: key }))
    await Promise.all(events.map(event => adapter.publish(event, AbortSignal.timeout(4000))))
    const ours = (await peer.read(topic)).map(({ key, partition }) => [String(key), partition] as const)
    const theirs = await Promise.all(
      keys.map(async key => [key, (await peer.produce(topic, key, '')).partition] as const)
    )

    // An event may be there twice, but always in the same partition.
    expect(new Set(ours.map(String)).size).toBe(keys.length)
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs))
    expect(new Set(theirs.map(([, partition]) => partition)).size, 'every partition has a key').toBe(PARTITIONS)
  }
)
