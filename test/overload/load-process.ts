// Signed webhooks of 1 KB at a steady rate, in a process of its own: `node load-process.ts <url> <connections> <rate>`.
// Each connection has one request at a time; what is due while none is free is late, but not forgotten for a second.
import { connect, type Socket } from 'node:net'
import { signedBytes } from '../ingress/sign.ts'
import { bytesOf } from '../ingress/wire.ts'

const [url = '', connections, rate] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const PREPARED = 20_000
const TICK_MS = 2

// Signed beforehand: a load that signs takes longer than the bridge does.
const body = Buffer.from(
  JSON.stringify({ type: 'batch.succeeded', data: { id: 'batches/1', padding: 'x'.repeat(950) } })
)
const requests = Array.from({ length: PREPARED }, () => bytesOf({ headers: signedBytes(body), body }))
const free: Socket[] = []
for (let i = 0; i < Number(connections); i += 1) {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  socket
    .once('connect', () => free.push(socket))
    .on('data', () => free.push(socket))
    .on('error', () => {})
}
let sent = 0
let due = 0
let last = performance.now()
setInterval(() => {
  const now = performance.now()
  due = Math.min(due + ((now - last) / 1000) * Number(rate), Number(rate))
  last = now
  while (due >= 1 && free.length > 0) {
    free.shift()?.write(requests[sent % PREPARED] ?? '')
    sent += 1
    due -= 1
  }
}, TICK_MS)
