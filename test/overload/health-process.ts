// Asks for health as a prober does, in a process of its own: `node health-process.ts <url>…`. Every 50 ms, on a new
// connection to each address. Prints the milliseconds that each answer took, and by how much it was itself late.
import { exchange } from '../ingress/wire.ts'

const EVERY_MS = 50
const urls = process.argv.slice(2)
let due = performance.now() + EVERY_MS

setInterval(() => {
  const start = performance.now()
  const late = Math.max(0, start - due)
  due = start + EVERY_MS
  for (const url of urls) {
    const get = exchange(url, { method: 'GET', target: '/health/live', headers: [['connection', 'close']] })
    void get.then(({ status }) => {
      const ms = performance.now() - start
      process.stdout.write(`${JSON.stringify({ url, status, ms, late })}\n`)
    })
  }
}, EVERY_MS)
