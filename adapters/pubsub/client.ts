import { within } from '../lane/within.ts'
import { type Channel, channelOpener } from './channel.ts'
import { authorize, projectOf } from './credentials.ts'
import { isSilence } from './error.ts'
import type { PubsubMessage } from './message.ts'
import type { PubsubOptions } from './options.ts'
import { fullName } from './topic.ts'

/** The one call that the adapter needs. */
export interface PubsubClient {
  /** As `projects/<project>/topics/<id>`. */
  readonly topic: string
  /**
   * Publishes the messages in one request; their message ids, in their order. Rejects with the client's own error, and at
   * once when `signal` aborts.
   * @param again whether it is not the first attempt, which has less time than the signal gives
   */
  publish(messages: readonly PubsubMessage[], signal: AbortSignal, again: boolean): Promise<readonly string[]>
  close(): Promise<void>
}

/**
 * How long a first attempt may take, in milliseconds: what a dead connection has swallowed shall have a second chance
 * within the default deadline of 4 s, and a service that is slow the time it needs.
 */
const FIRST_ATTEMPT_MS = 3000
/** Longer than anybody waits. */
const ATTEMPT_MS = 60_000
/** What is in flight over a connection that was replaced has so long to end, in milliseconds. */
const LINGER_MS = 10_000

/**
 * The topic as `projects/<project>/topics/<id>`, once there is a credential for it.
 * @throws {UnavailableError} when there is none, or no project for the topic
 */
export async function authorizedTopic(
  { auth, isEmulator }: Channel,
  options: Pick<PubsubOptions, 'topic' | 'projectId'>
): Promise<string> {
  if (!isEmulator) await authorize(auth)
  const named = fullName(options.topic, options.projectId)
  return named.includes('/') ? named : fullName(named, await projectOf(auth))
}

/**
 * Opens the topic, once there is a credential.
 * @throws {UnavailableError} when there is none, or no project for the topic
 */
export async function openClient(
  options: Pick<PubsubOptions, 'topic' | 'projectId' | 'endpoint'>
): Promise<PubsubClient> {
  const open = channelOpener(options.endpoint)
  let channel = open()
  const replaced = new Set<Channel>()
  const topic = await authorizedTopic(channel, options)

  const replace = (old: Channel) => {
    channel = open()
    replaced.add(old)
    void old.close().catch(() => {})
    setTimeout(() => {
      old.destroy()
      replaced.delete(old)
    }, LINGER_MS).unref()
  }

  return {
    topic,
    async publish(messages, signal, again) {
      signal.throwIfAborted()
      const current = channel
      // One attempt: what is tried again, and when, the lane decides.
      const call = { timeout: again ? ATTEMPT_MS : FIRST_ATTEMPT_MS, retry: { retryCodes: [] } }
      try {
        const request = { topic, messages: [...messages] }
        const [{ messageIds }] = await within(
          signal,
          current.own(() => current.client.publish(request, call))
        )
        return messageIds ?? []
      } catch (error) {
        // Connection and credentials may hang without anybody having said so. What was not sent, never will be.
        if (current === channel && isSilence(error)) replace(current)
        throw error
      }
    },
    async close() {
      await channel.close()
      for (const old of [channel, ...replaced]) old.destroy()
    }
  }
}
