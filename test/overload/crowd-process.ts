// Many senders on a connection each, in a process of their own: `node crowd-process.ts <url> <kind>=<count>…`. Whoever is
// cut off comes again. Prints the answers so far, one line of JSON each: {"forged": {"401": 12}, …}.
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { nowInSeconds, OTHER_SECRET, signed, signedBytes } from '../ingress/sign.ts'
import { bytesOf, head } from '../ingress/wire.ts'

const LARGE = Buffer.alloc(256 * 1024, 'x')
/** Signed, but with a secret that the bridge does not know. */
const forgedLarge = bytesOf({ headers: signedBytes(LARGE, OTHER_SECRET), body: LARGE })
const forgedSmall = bytesOf({
  headers: signedBytes(LARGE.subarray(0, 1024), OTHER_SECRET),
  body: LARGE.subarray(0, 1024)
})
const forgedEmpty = bytesOf({ headers: signedBytes(Buffer.alloc(0), OTHER_SECRET), body: '' })
const chunked = head({ headers: [...signedBytes(LARGE, OTHER_SECRET), ['transfer-encoding', 'chunked']] })
const piece = `400\r\n${'x'.repeat(1024)}\r\n`

function genuine(bytes: number): Buffer {
  const body = JSON.stringify({ type: 'batch.succeeded', data: { id: `batches/${randomUUID()}`, padding: '' } })
  const padded = body.replace('"padding":"', `"padding":"${'x'.repeat(bytes - body.length)}`)
  return bytesOf({ headers: signed(padded, { timestamp: nowInSeconds() }), body: padded })
}

/** What each kind sends first, and after each answer. */
const kinds: Readonly<Record<string, { first(socket: Socket): void; again?: true }>> = {
  idle: { first() {} },
  garbage: { first: socket => socket.write(LARGE.subarray(0, 2000)) },
  slowHeaders: { first: socket => socket.write('POST /hooks HTTP/1.1\r\nx: ') },
  /** Sends one body, and keeps the connection. */
  kept: { first: socket => socket.write(forgedLarge) },
  forged: { first: socket => socket.write(forgedLarge), again: true },
  forgedSmall: { first: socket => socket.write(forgedSmall), again: true },
  forgedEmpty: { first: socket => socket.write(forgedEmpty), again: true },
  chunked: { first: socket => socket.write(`${chunked}${piece.repeat(300)}0\r\n\r\n`), again: true },
  half: { first: socket => socket.write(forgedLarge.subarray(0, -1)) },
  slow: {
    first(socket) {
      socket.write(forgedLarge.subarray(0, 1000))
      const timer = setInterval(() => socket.write('x'), 100)
      socket.once('close', () => clearInterval(timer))
    }
  },
  genuine: { first: socket => socket.write(genuine(16 * 1024)), again: true }
}

const [url = '', ...crowd] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const answers: Record<string, Record<string, number>> = {}
const AGAIN_MS = 500

function come(kind: string): void {
  const behaviour = kinds[kind]
  if (behaviour === undefined) throw new Error(`nobody behaves like "${kind}"`)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  socket.once('connect', () => behaviour.first(socket))
  socket.on('data', data => {
    // Refusals are small: each comes in one piece.
    const status = data.toString('latin1', 9, 12)
    const counts = answers[kind] ?? {}
    answers[kind] = { ...counts, [status]: (counts[status] ?? 0) + 1 }
    if (behaviour.again) behaviour.first(socket)
  })
  socket.on('error', () => {})
  socket.once('close', () => setTimeout(come, AGAIN_MS, kind))
}

for (const each of crowd) {
  const [kind = '', count] = each.split('=')
  for (let i = 0; i < Number(count); i += 1) setTimeout(come, i, kind)
}
setInterval(() => process.stdout.write(`${JSON.stringify(answers)}\n`), 100)
