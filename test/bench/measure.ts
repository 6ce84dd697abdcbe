import { type Load, sendByWrk } from './load/wrk.ts'
import { cpuSeconds, forgetPeak, peakRss } from './process.ts'
import type { Server } from './server.ts'

/** What a server did under load. */
export interface Measure {
  /** Acknowledged webhooks a second. */
  readonly rate: number
  /** Milliseconds from request to answer. */
  readonly p50: number
  readonly p99: number
  /** CPU seconds of the server, user and system, per 1,000 acknowledged webhooks. */
  readonly cpu: number
  /** The server's most resident memory meanwhile, in MiB. */
  readonly rss: number
  readonly acknowledged: number
}

/** More than any of the servers can answer on one core, and over one connection. */
const [MOST_A_SECOND, MOST_A_CONNECTION] = [40_000, 8000]

/** Loads a server as fast as it answers. */
export async function measure(server: Server, connections: number, seconds: number): Promise<Measure> {
  forgetPeak(server.pid)
  const webhooks = seconds * Math.min(MOST_A_SECOND, MOST_A_CONNECTION * connections)
  const signed = sendByWrk(server.url, connections, seconds, webhooks)
  const before = cpuSeconds(server.pid)
  return toMeasure(await signed, cpuSeconds(server.pid) - before, peakRss(server.pid))
}

export function toMeasure({ acknowledged, seconds, p50, p99 }: Load, cpu: number, rss: number): Measure {
  return { rate: acknowledged / seconds, p50, p99, cpu: (cpu / acknowledged) * 1000, rss, acknowledged }
}
