import { fstatSync } from 'node:fs'
import process from 'node:process'
import stdout from '../../adapters/stdout.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

// A process that publishes 100 KB events to its standard output until one is refused, and reports to standard error.

// As the command does, which makes a pipe non-blocking.
process.stdout
const log = { debug() {}, info() {}, warn() {}, error() {} }
const adapter = await stdout.connect({}, { destination: 'out', directory: '/', log })
let longestBlock = 0
let last = performance.now()
const timer = setInterval(() => {
  longestBlock = Math.max(longestBlock, performance.now() - last)
  last = performance.now()
}, 5)

const wanted = Number(process.argv[2])
const report = { accepted: 0, error: '', longestBlock: 0, isPipe: fstatSync(1).isFIFO() }
const event = sampleEvent(JSON.stringify({ text: 'x'.repeat(100_000) }))
try {
  while (report.accepted < wanted) {
    await adapter.publish(event, AbortSignal.timeout(300))
    report.accepted += 1
  }
} catch (error) {
  report.error = String(error)
}
clearInterval(timer)
await adapter.close()
// No process.exit: the process must end by itself.
process.stderr.write(JSON.stringify({ ...report, longestBlock }))
