import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { serveBare } from './serve.ts'

// The baseline for EventBridge: what one would write by hand, one request for each event.

const client = new EventBridgeClient({})

await serveBare(async ({ id, type, data }) => {
  const entry = { Source: 'bare', DetailType: type, Detail: JSON.stringify({ id, data }), EventBusName: 'default' }
  const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }))
  if (FailedEntryCount !== 0) throw new Error('The entry has failed.')
})
