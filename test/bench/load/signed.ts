/** Webhooks that are signed before they are needed, as files that `wrk.lua` reads. */
import { createHmac, randomBytes } from 'node:crypto'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sample } from '../../../src/standin/samples.ts'

const key = Buffer.alloc(32, 7)
/** The signing secret of every server under measurement. */
export const SECRET = `whsec_${key.toString('base64')}`
export const BODY_BYTES = 1024
const JOBS = 1000
const CHUNK = 10_000

/** A body of 1 KB, of one of a thousand jobs. */
function bodyOf(job: number): string {
  const bodyWith = (padding: string) =>
    JSON.stringify(sample('batch.succeeded', { job: String(1000 + job), metadata: { padding } }))
  return bodyWith('x'.repeat(BODY_BYTES - bodyWith('').length))
}

const bodies = Array.from({ length: JOBS }, (_, job) => bodyOf(job))
const run = randomBytes(4).toString('hex')
let count = 0

/** The next webhook's head, with an id that no other has; all are of one length. */
function head(body: string, timestamp: string): string {
  const id = `msg_${run}${String(count++).padStart(12, '0')}`
  // Not by the reference implementation, which takes longer than all the rest.
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return `POST /webhooks/gemini HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${BODY_BYTES}\r\nwebhook-id: ${id}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n\r\n`
}

/** How long each head is. */
export const HEAD_BYTES = head(bodies[0] ?? '', '0000000000').length

/** A whole request, as it goes over the wire, signed now. */
export function signedRequest(): string {
  const body = bodies[count % JOBS] ?? ''
  return head(body, String(Math.floor(Date.now() / 1000))) + body
}

/** Writes `bodies` and `heads` into the folder: the nth head goes with the nth body, and after the last with the first. */
export function writeSigned(folder: string, total: number): void {
  writeFileSync(join(folder, 'bodies'), bodies.join(''))
  const file = openSync(join(folder, 'heads'), 'w')
  const timestamp = String(Math.floor(Date.now() / 1000))
  for (let first = 0; first < total; first += CHUNK) {
    const length = Math.min(CHUNK, total - first)
    writeSync(file, Array.from({ length }, (_, at) => head(bodies[(first + at) % JOBS] ?? '', timestamp)).join(''))
  }
  closeSync(file)
}
