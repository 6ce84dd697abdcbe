import { randomBytes, randomUUID } from 'node:crypto'
import { setInterval } from 'node:timers/promises'
import { isAcknowledged } from '../../standin/deliver.ts'
import type { GeminiStandin } from '../../standin/gemini.ts'
import { sample } from '../../standin/samples.ts'

const TICK_MS = 10
const REPORT_MS = 1000
/** At 1000 a second, what a receiver may take half a second for. Above it, the rate falls. */
const MAX_IN_FLIGHT = 500

/** How many deliveries; what is not acknowledged is refused, no answer included. */
interface Tally {
  readonly sent: number
  readonly acknowledged: number
}

/**
 * Emits samples until `stop` aborts, and tells once a second how many deliveries were acknowledged and refused since it
 * last told, and in all; nothing while nothing is sent.
 * @param rate samples a second, above 0
 */
export async function sendLoad(
  { emit }: Pick<GeminiStandin, 'emit'>,
  { rate, report, stop }: { readonly rate: number; readonly report: (line: string) => void; readonly stop: AbortSignal }
): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  let all: Tally = { sent: 0, acknowledged: 0 }
  let reported = all
  const tell = () => {
    const since = { sent: all.sent - reported.sent, acknowledged: all.acknowledged - reported.acknowledged }
    if (since.sent > 0) report(`${inWords(since)} (in all: ${inWords(all)})\n`)
    reported = all
  }
  const emitOne = async () => {
    const envelope = sample('batch.succeeded', { job: randomBytes(6).toString('hex') })
    const delivered = await emit({ id: `msg_${randomUUID()}`, body: JSON.stringify(envelope) })
    const acknowledged = delivered.filter(({ attempt }) => isAcknowledged(attempt)).length
    all = { sent: all.sent + delivered.length, acknowledged: all.acknowledged + acknowledged }
  }

  let last = performance.now()
  let told = last
  let due = 1
  for await (const _ of ticks(stop)) {
    const now = performance.now()
    // What could not be sent in time is left out: a burst is no rate.
    due = Math.min(due + ((now - last) * rate) / 1000, MAX_IN_FLIGHT)
    last = now
    for (; due >= 1 && inFlight.size < MAX_IN_FLIGHT; due -= 1) {
      const one = emitOne().finally(() => inFlight.delete(one))
      inFlight.add(one)
    }
    if (now - told < REPORT_MS) continue
    told = now
    tell()
  }
  await Promise.all(inFlight)
  tell()
}

function inWords({ sent, acknowledged }: Tally): string {
  return `${sent} sent, ${acknowledged} acknowledged, ${sent - acknowledged} refused`
}

async function* ticks(stop: AbortSignal): AsyncGenerator<void> {
  try {
    yield* setInterval(TICK_MS, undefined, { signal: stop })
  } catch (error) {
    if (!stop.aborted) throw error
  }
}
