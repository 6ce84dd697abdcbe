/** The stand-in for Gemini, which redelivers until it is acknowledged, with its waits shortened. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventTypes } from '../../../src/event-types.ts'
import { type Attempt, deliver, isAcknowledged } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { SECRET } from '../load.ts'
import { createRandom, type Random } from './random.ts'
import type { Load } from './schedule.ts'

/** One delivery, and when. Times are those of `performance.now()`. */
export interface Answered extends Attempt {
  readonly begin: number
  readonly end: number
}

/** A webhook, and how it was answered until it was acknowledged. */
export interface Sent {
  readonly id: string
  /** Whether it can become an event. What cannot belongs into the dead letter. */
  readonly publishable: boolean
  readonly answers: readonly Answered[]
}

export interface Sending {
  readonly url: string
  /** The id of a webhook is this and its number. */
  readonly name: string
  readonly renew: boolean
  /** Decides what is sent, but not when exactly: that depends on the answers. */
  readonly seed: number
  /** Ends it, whatever is acknowledged by then. */
  readonly signal: AbortSignal
}

/** What Gemini waits is divided by this, and not longer than that. */
const HURRY = 10
const LONGEST_WAIT_MS = 500
/** How many webhooks are the last on their connection, so that a replica which is back gets its share. */
const LAST_ON_CONNECTION = 0.2
/** How many are signed, and no envelopes. */
const UNPUBLISHABLE = 0.02

const signer = staticSigner(SECRET)

/** Sends so many webhooks. Resolves when all are acknowledged. */
export async function send({ events, concurrency, span }: Load, sending: Sending): Promise<Sent[]> {
  const { signal } = sending
  const random = createRandom(sending.seed)
  const sent: Sent[] = []
  let begun = 0
  const sendSome = async (pause: number): Promise<void> => {
    await sleep(pause, undefined, { signal }).catch(() => {})
    while (begun < events && !signal.aborted) {
      begun += 1
      sent.push(await sendOne(`${sending.name}_${begun}`, sending, random))
    }
  }
  const pauses = Array.from({ length: concurrency }, (_, index) => (index % 2 === 0 ? 0 : random.between(0, span)))
  await Promise.all(pauses.map(sendSome))
  return sent
}

async function sendOne(id: string, { url, renew, signal }: Sending, random: Random): Promise<Sent> {
  const publishable = random.next() >= UNPUBLISHABLE
  const body = JSON.stringify(publishable ? sample(random.pick(eventTypes), { job: id }) : [id])
  const answers: Answered[] = []
  await deliver(
    { id, body },
    {
      url,
      signer,
      signal,
      retry: true,
      renewTimestamp: renew,
      sleep: (ms, signal) => sleep(Math.min(ms / HURRY, LONGEST_WAIT_MS), undefined, { signal }),
      headers: random.next() < LAST_ON_CONNECTION ? { connection: 'close' } : {},
      onAttempt: attempt => answers.push(timed(attempt))
    }
  )
  return { id, publishable, answers }
}

/** An attempt that has ended just now. */
export function timed(attempt: Attempt): Answered {
  const end = performance.now()
  return { ...attempt, begin: end - attempt.latency, end }
}

/** Whether the last delivery was acknowledged. */
export const hasArrived = ({ answers }: Sent): boolean => isAcknowledged(answers.at(-1))
