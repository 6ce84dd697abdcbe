import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import eventbridge from '../../adapters/eventbridge.ts'
import { adapters } from '../../adapters/index.ts'
import memory, { openMemory } from '../../adapters/memory.ts'
import pubsub from '../../adapters/pubsub.ts'
import { toStream } from '../../adapters/stdout.ts'
import { EventError } from '../../src/errors.ts'
import { DELICATE_JSON, sampleEvent } from '../../src/testing/sample-event.ts'

// What record says of a broker's records is compared with the brokers' own readers in `<adapter>/record.*.test.ts`.
const { signal } = new AbortController()
const log = { debug() {}, info() {}, warn() {}, error() {} }
const event = sampleEvent(DELICATE_JSON)

it.each(Object.entries(adapters))('%s says what its record is', async (_name, load) => {
  expect((await load()).default.record).toBeTypeOf('function')
})

it('what stdout says is the line that it writes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-record-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'events.jsonl')
  const stdout = toStream(() => createWriteStream(file))
  const adapter = await stdout.connect({}, { destination: 'out', directory, log })
  onTestFinished(() => adapter.close())
  await adapter.publish(event, signal)
  expect(stdout.record?.(event, {})).toBe(readFileSync(file, 'utf8'))
})

it('what memory says is the event that it keeps', async () => {
  const connection = openMemory({ capacity: 1 })
  await connection.publish(event, signal)
  expect([memory.record?.(event, { capacity: 1 })]).toEqual(connection.events)
})

it.each([
  ['pubsub', () => pubsub.record?.(sampleEvent(Buffer.alloc(10_000_000)), pubsub.options.parse({ topic: 'agents' }))],
  ['eventbridge', () => eventbridge.record?.(sampleEvent(Buffer.alloc(2 ** 20)), eventbridge.options.parse({}))]
])('%s says that it never takes what is too large', (_name, record) => {
  expect(record).toThrow(EventError)
})

describe('the topic that pubsub says', () => {
  it.each([
    [{ topic: 'projects/acme/topics/agents', projectId: 'other' }, 'projects/acme/topics/agents'],
    [{ topic: 'agents', projectId: 'acme' }, 'projects/acme/topics/agents'],
    // In the project that the environment or the credentials name.
    [{ topic: 'agents' }, 'agents']
  ])('by %j', (options, topic) => {
    expect(pubsub.record?.(event, pubsub.options.parse(options))).toMatchObject({ topic })
  })
})
