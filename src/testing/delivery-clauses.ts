import assert from 'node:assert/strict'
import type { ClauseDefinition } from './clause.ts'
import { assertEventError } from './expect.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from './sample-event.ts'

/** What arrives, and as what. */
export const deliveryClauses: readonly ClauseDefinition[] = [
  {
    name: 'every attribute and every byte of JSON data come back',
    async run({ connect, publish, arrived }) {
      const event = sampleEvent(DELICATE_JSON)
      await publish(await connect(), event)
      await arrived([event])
    }
  },
  {
    name: 'absent attributes stay absent',
    async run({ connect, publish, arrived }) {
      const { specversion, id, source, type, datacontenttype, data } = sampleEvent()
      const event = { specversion, id, source, type, datacontenttype, data }
      await publish(await connect(), event)
      await arrived([event])
    }
  },
  {
    name: 'unicode comes back, in attributes and in data',
    async run({ connect, publish, arrived }) {
      const attributes = { subject: UNICODE, partitionkey: UNICODE, tenant: UNICODE }
      const event = sampleEvent(JSON.stringify({ [UNICODE]: UNICODE }), attributes)
      await publish(await connect(), event)
      await arrived([event])
    }
  },
  {
    name: 'data that is not JSON comes back byte for byte',
    async run({ connect, publish, arrived }) {
      const everyByte = Uint8Array.from({ length: 512 }, (_, index) => index)
      const event = sampleEvent(everyByte, { datacontenttype: 'application/octet-stream' })
      await publish(await connect(), event)
      await arrived([event])
    }
  },
  {
    name: '200 KB of data come back',
    async run({ connect, publish, arrived }) {
      const event = sampleEvent(jsonOfSize(200_000))
      await publish(await connect(), event)
      await arrived([event])
    }
  },
  {
    name: '200 concurrent publishes deliver 200 events, each once and with a message id of its own',
    async run({ connect, publish, arrived }) {
      const adapter = await connect()
      const events = Array.from({ length: 200 }, (_, index) => sampleEvent(`{"index":${index}}`))
      const ids = await Promise.all(events.map(event => publish(adapter, event)))
      assert.equal(new Set(ids).size, events.length, 'Message ids repeat')
      assert.equal((await arrived(events)).length, events.length, 'The consumer has more than was published')
    }
  },
  {
    name: 'the same event twice is two records with one id',
    async run({ connect, publish, arrived }) {
      const adapter = await connect()
      const event = sampleEvent()
      const ids = [await publish(adapter, event), await publish(adapter, event)]
      assert.notEqual(ids[0], ids[1], 'Two records have one message id')
      assert.equal((await arrived([event, event])).length, 2)
    }
  },
  {
    name: 'what is too large is an EventError at once, and its neighbours go through',
    needs: 'oversize',
    async run({ harness, connect, attempt, publish, arrived }) {
      const adapter = await connect()
      const neighbours = Array.from({ length: 10 }, () => sampleEvent())
      const large = sampleEvent(jsonOfSize(harness.oversize ?? 0))
      const before = neighbours.slice(0, 5).map(event => publish(adapter, event))
      const outcome = attempt(adapter, large)
      await Promise.all([...before, ...neighbours.slice(5).map(event => publish(adapter, event))])
      const ended = await outcome
      assertEventError('error' in ended ? ended.error : undefined)
      const received = await arrived(neighbours)
      assert.ok(!received.some(({ id }) => id === large.id), 'What was refused has been received')
    }
  }
]

function jsonOfSize(bytes: number): string {
  return JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) })
}
