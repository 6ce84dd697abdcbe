import { createHmac, randomUUID } from 'node:crypto'
import autocannon from 'autocannon'
import { sample } from '../../src/standin/samples.ts'
import type { Server } from './server.ts'

const key = Buffer.alloc(32, 7)
/** The signing secret of every server under measurement. */
export const SECRET = `whsec_${key.toString('base64')}`
export const BODY_BYTES = 1024

/** What a server did under load. */
export interface Measure {
  /** Acknowledged webhooks a second. */
  readonly rate: number
  /** Milliseconds from request to answer. */
  readonly p50: number
  readonly p99: number
  /** CPU seconds of the server per 1,000 acknowledged webhooks. */
  readonly cpu: number
}

/** A body of 1 KB, of one of a thousand jobs. */
function bodyOf(job: number): string {
  const bodyWith = (padding: string) =>
    JSON.stringify(sample('batch.succeeded', { job: String(1000 + job), metadata: { padding } }))
  return bodyWith('x'.repeat(BODY_BYTES - bodyWith('').length))
}

const bodies = Array.from({ length: 1000 }, (_, job) => bodyOf(job))

/** Sends webhooks, each with an id of its own, over so many connections for so many seconds. */
export async function measure(server: Server, connections: number, seconds: number): Promise<Measure> {
  let count = 0
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    const body = bodies[count++ % bodies.length] ?? ''
    const id = `msg_${randomUUID()}`
    const timestamp = String(Math.floor(Date.now() / 1000))
    // Not by the reference implementation, which takes the load's CPU longer than all the rest.
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`
    }
    return { ...request, headers, body }
  }
  const latencies: number[] = []
  const before = server.cpuSeconds()
  const request: autocannon.Request = { method: 'POST', path: '/webhooks/gemini', setupRequest }
  const options = { url: server.url, connections, duration: seconds, requests: [request] }
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
    run.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds))
  })
  const cpu = server.cpuSeconds() - before
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers other than 2xx and ${result.errors} errors: nothing to compare`)
  }
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.floor(share * latencies.length)] ?? Number.NaN
  // Not by `result.duration`, which begins before the load does.
  const rate = result.requests.average
  return { rate, p50: quantile(0.5), p99: quantile(0.99), cpu: (cpu / result['2xx']) * 1000 }
}
