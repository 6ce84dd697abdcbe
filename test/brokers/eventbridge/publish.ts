import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry
} from '@aws-sdk/client-eventbridge'
import { CREDENTIALS, REGION } from './account.ts'

/** What AWS's own client makes of these entries in one attempt: the answer, or its error. */
export async function publish(
  endpoint: string,
  entries: PutEventsRequestEntry[],
  signal: AbortSignal = AbortSignal.timeout(10_000)
): Promise<PutEventsCommandOutput> {
  const client = new EventBridgeClient({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 })
  try {
    return await client.send(new PutEventsCommand({ Entries: entries }), { abortSignal: signal })
  } finally {
    client.destroy()
  }
}
