import { expect } from 'vitest'
import eventbridge from '../../../adapters/eventbridge.ts'
import { parseJson } from '../../../src/normalize/json.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { it, publish } from './fronted.ts'

const { traceparent: _, time: __, ...plain } = sampleEvent('{}')
const events = [sampleEvent(DELICATE_JSON, { subject: UNICODE }), plain]

it.for([{}, { detail: 'data', source: 'acme.gemini' }])(
  'record says what EventBridge is sent, and what a target gets, with %j',
  async (changes, { front, bus, connect }) => {
    const options = eventbridge.options.parse({ bus: bus.name, ...changes })
    const said = events.map(event => eventbridge.record?.(event, options))
    const adapter = await connect(changes)
    for (const event of events) await publish(adapter, event)
    const sent = front.requests.flat().map(({ Time, ...entry }) => ({
      ...entry,
      ...(Time !== undefined && { Time: new Date(Time * 1000) })
    }))
    expect(sent).toEqual(said)
    const received = (await bus.received()).map(({ source, 'detail-type': type, detail }) => ({
      EventBusName: bus.name,
      Source: source,
      DetailType: type,
      Detail: compact(detail)
    }))
    // moto parses the detail and writes it anew, and gives the events in any order.
    expect(new Set(received)).toEqual(
      new Set(sent.map(({ Time: _, TraceHeader: __, ...entry }) => ({ ...entry, Detail: compact(entry.Detail ?? '') })))
    )
  }
)

/** Without white space between tokens; numbers keep their digits. */
function compact(text: string): string {
  return JSON.stringify(parseJson(text))
}
