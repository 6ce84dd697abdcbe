/** Load at a rate of its own, whether the server keeps up or not, which wrk cannot make. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, openConnection } from './connection.ts'

export interface PacedLoad {
  readonly seconds: number
  readonly acknowledged: number
  /** Answers that say 503. */
  readonly unavailable: number
  /** Milliseconds from when a webhook was due, sent or not, to its answer. */
  readonly p50: number
  readonly p99: number
}

/** Webhooks wait for a connection when all of these are taken. */
const CONNECTIONS = 256

/**
 * Sends so many webhooks a second, evenly, for so many seconds, and waits for the answers.
 * @param next gives the next request
 * @throws when an answer is neither 204 nor 503, or a connection breaks
 */
export async function sendPaced(url: string, rate: number, seconds: number, next: () => string): Promise<PacedLoad> {
  const port = Number(new URL(url).port)
  const free: Connection[] = []
  const waiting: number[] = []
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  let opened = 0
  let answered = 0
  let failure: unknown

  const ask = (connection: Connection, due: number) => {
    connection.ask(next()).then(
      status => {
        latencies.push(performance.now() - due)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        answered++
        const late = waiting.shift()
        if (late === undefined) free.push(connection)
        else ask(connection, late)
      },
      cause => {
        failure = cause
      }
    )
  }

  const open = () => (opened++ < CONNECTIONS ? openConnection(port) : undefined)

  const start = performance.now()
  const total = rate * seconds
  for (let sent = 0; (sent < total || answered < total) && failure === undefined; await sleep(1)) {
    const elapsed = performance.now() - start
    for (; sent < Math.min(total, (elapsed / 1000) * rate); sent++) {
      const due = start + (sent / rate) * 1000
      const connection = free.pop() ?? open()
      if (connection === undefined) waiting.push(due)
      else ask(connection, due)
    }
  }
  for (const connection of free) connection.close()
  if (failure !== undefined) throw failure
  const { 204: acknowledged = 0, 503: unavailable = 0, ...others } = Object.fromEntries(statuses)
  if (Object.keys(others).length > 0) throw new Error(`answers other than 204 and 503: ${JSON.stringify(others)}`)
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.floor(share * latencies.length)] ?? Number.NaN
  return {
    seconds: (performance.now() - start) / 1000,
    acknowledged,
    unavailable,
    p50: quantile(0.5),
    p99: quantile(0.99)
  }
}
