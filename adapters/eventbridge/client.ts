import { EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge'
import { obtain } from '../lane/obtain.ts'
import { within } from '../lane/within.ts'
import type { Entry } from './entry.ts'
import type { EventbridgeOptions } from './options.ts'

/** The one call that the adapter needs. */
export interface EventbridgeClient {
  /**
   * Puts at most ten entries on their bus in one request; what became of each, in their order. Rejects with the client's
   * own error, and at once when `signal` aborts.
   * @param again whether it is not the first attempt, which has less time than the signal gives
   */
  put(entries: readonly Entry[], signal: AbortSignal, again: boolean): Promise<readonly PutEventsResultEntry[]>
  close(): void
}

/** How long a TCP connection may take, in milliseconds. */
const CONNECT_MS = 1000
/**
 * How long a first attempt may take with all of its answer, in milliseconds: what a dead connection has swallowed shall
 * have a second chance within the default deadline of 4 s, and a service that is slow the time it needs.
 */
const FIRST_ATTEMPT_MS = 3000

/** What is in flight by a client that was replaced has so long to end, in milliseconds. */
const LINGER_MS = 10_000

/** The client's own words would go past the bridge's log. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Where a bus is. */
export type Place = Pick<EventbridgeOptions, 'bus' | 'region' | 'endpoint'>

/**
 * AWS's client for the place, once there are a region and credentials.
 * @throws {UnavailableError} when there are none
 */
export async function openAws(place: Place): Promise<EventBridgeClient> {
  const client = createAws(place)
  try {
    await obtain(client.config.region, 'AWS gave the bridge no region for EventBridge', 'Set region or AWS_REGION')
    await obtain(
      () => client.config.credentials(),
      'AWS gave the bridge no credentials for EventBridge',
      'Run the bridge under a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
    )
    return client
  } catch (error) {
    client.destroy()
    throw error
  }
}

function createAws({ bus, region = regionOf(bus), endpoint }: Place): EventBridgeClient {
  return new EventBridgeClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // What is tried again, and when, the lane decides; in the mode `adaptive`, the client would wait by itself.
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: CONNECT_MS },
    logger: silent
  })
}

/**
 * Opens the client, once there are a region and credentials.
 * @throws {UnavailableError} when there are none
 */
export async function openClient(place: Place): Promise<EventbridgeClient> {
  let client = await openAws(place)

  /** Those who ask for credentials share one request for them, and it may hang for ever: the next ask anew. */
  const authorize = async (current: EventBridgeClient, signal: AbortSignal) => {
    try {
      await within(signal, current.config.credentials())
    } catch (error) {
      if (signal.aborted && current === client) {
        client = createAws(place)
        setTimeout(() => current.destroy(), LINGER_MS).unref()
      }
      throw error
    }
  }

  return {
    async put(entries, given, again) {
      // The client's own limit ends where the answer begins, which may then be waited for without end.
      const signal = again ? given : AbortSignal.any([given, AbortSignal.timeout(FIRST_ATTEMPT_MS)])
      const current = client
      try {
        await authorize(current, signal)
        const command = new PutEventsCommand({ Entries: [...entries] })
        const { Entries = [] } = await within(signal, current.send(command, { abortSignal: signal }))
        return Entries
      } catch (cause) {
        signal.throwIfAborted()
        throw cause
      }
    },
    close: () => client.destroy()
  }
}

function regionOf(bus: string): string | undefined {
  return bus.startsWith('arn:') ? bus.split(':')[3] : undefined
}
