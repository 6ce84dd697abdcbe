import { describe, expect } from 'vitest'
import pubsub from '../../../adapters/pubsub.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { PROJECT } from '../../brokers/pubsub/peer.ts'
import { it as base } from '../../brokers/pubsub/shared.ts'
import { connect, publish } from './connect.ts'

const servers = {
  "Google's emulator": base.extend('at', ({ emulator }) => emulator),
  pstest: base.extend('at', ({ pstest }) => pstest)
}

const events = [
  sampleEvent(DELICATE_JSON, { subject: UNICODE }),
  sampleEvent(Buffer.of(0xff, 0, 0xfe), { datacontenttype: 'application/octet-stream' }),
  // Above the limit of an attribute's value, so the message is structured.
  sampleEvent('{}', { tenant: 'é'.repeat(600) })
]
const parse = (options: object) => pubsub.options.parse(options)

describe.each(Object.entries(servers))('on %s', (_server, it) => {
  it.for([{}, { contentMode: 'structured' }, { orderingKey: true }, { orderingKey: 'absent' }])(
    'record says what a subscriber gets, with %j',
    async (options, { at, peer, subscription }) => {
      // The topic by its id in a project, which both have to put together.
      const byId = { topic: subscription, projectId: PROJECT, ...options }
      const said = events.map(event => pubsub.record?.(event, parse(byId)))
      const adapter = await connect(at, subscription, byId)
      for (const event of events) await publish(adapter, event)
      const topic = `projects/${PROJECT}/topics/${subscription}`
      const read = (await peer.read(subscription)).map(({ data, attributes, orderingKey }) => ({
        topic,
        data,
        attributes,
        ...(orderingKey !== '' && { orderingKey })
      }))
      expect(read).toHaveLength(events.length)
      // In any order, where there is no ordering key.
      expect(new Set(read)).toEqual(new Set(said))
    }
  )
})
