import { EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge'
import { obtain } from '../lane/obtain.ts'
import type { Entry } from './entry.ts'
import type { EventbridgeOptions } from './options.ts'

/** The one call that the adapter needs. */
export interface EventbridgeClient {
  /**
   * Puts at most ten entries on their bus in one request; what became of each, in their order. Rejects with the client's
   * own error, and at once when `signal` aborts.
   */
  put(entries: readonly Entry[], signal: AbortSignal): Promise<readonly PutEventsResultEntry[]>
  close(): void
}

/** How long a TCP connection may take, in milliseconds. */
const CONNECT_MS = 1000
/**
 * How long a request may take with all of its answer, in milliseconds: one that a dead connection swallowed shall have a
 * second chance.
 */
const REQUEST_MS = 2000

/**
 * Opens the client, once there are a region and credentials.
 * @throws {UnavailableError} when there are none
 */
export async function openClient({
  bus,
  region = regionOf(bus),
  endpoint
}: Pick<EventbridgeOptions, 'bus' | 'region' | 'endpoint'>): Promise<EventbridgeClient> {
  const client = new EventBridgeClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // What is tried again, and when, the lane decides.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS }
  })
  try {
    await obtain(client.config.region, 'AWS gave the bridge no region for EventBridge', 'Set region or AWS_REGION')
    await obtain(
      () => client.config.credentials(),
      'AWS gave the bridge no credentials for EventBridge',
      'Run the bridge under a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
    )
  } catch (error) {
    client.destroy()
    throw error
  }
  return {
    async put(entries, signal) {
      // The client's own limit ends where the answer begins, which may then be waited for without end.
      const late = AbortSignal.timeout(REQUEST_MS)
      try {
        const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }), {
          abortSignal: AbortSignal.any([signal, late])
        })
        return Entries
      } catch (cause) {
        late.throwIfAborted()
        throw cause
      }
    },
    close: () => client.destroy()
  }
}

function regionOf(bus: string): string | undefined {
  return bus.startsWith('arn:') ? bus.split(':')[3] : undefined
}
