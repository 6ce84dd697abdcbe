import { prepareWrk } from './load/wrk.ts'
import { cpuSeconds, forgetPeak, peakRss, waitedSeconds } from './process.ts'
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
  /** For how much of the time others had the server's CPU while it had something to do, in percent. */
  readonly waited: number
  readonly acknowledged: number
}

/** What can be compared. */
export type Quantity = Exclude<keyof Measure, 'acknowledged'>

/** More than any of the servers can answer on one core, and over one connection. */
const [MOST_A_SECOND, MOST_A_CONNECTION] = [40_000, 8000]

/** Loads a server as fast as it answers, for whole seconds. */
export async function measure({ url, pid }: Server, connections: number, seconds: number): Promise<Measure> {
  const webhooks = seconds * Math.min(MOST_A_SECOND, MOST_A_CONNECTION * connections)
  const send = await prepareWrk(url, connections, seconds, webhooks)
  forgetPeak(pid)
  const [cpuBefore, waitedBefore] = [cpuSeconds(pid), waitedSeconds(pid)]
  const { acknowledged, seconds: took, p50, p99 } = await send()
  const [cpu, waited] = [cpuSeconds(pid) - cpuBefore, waitedSeconds(pid) - waitedBefore]
  return {
    rate: acknowledged / took,
    p50,
    p99,
    cpu: (cpu / acknowledged) * 1000,
    rss: peakRss(pid),
    waited: (waited / took) * 100,
    acknowledged
  }
}
