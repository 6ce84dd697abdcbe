import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { goalsTable, renderComparison, renderPart } from './document.ts'
import { CONTENDERS, QUICK } from './kafka.ts'
import { kafka, measurements, run } from './measurements.ts'
import { withoutBroker } from './memory.ts'
import { BUILT, SOURCES } from './programs.ts'
import { keep, type Parts, readResults, writeDocument } from './results.ts'
import { pinLoad } from './server.ts'
import { renderSoak, soak } from './soak.ts'

// `npm run bench` looks at the most important in some ten seconds; with --full, all is measured, and kept in results.json and
// results.md. `-- kafka`, or another part's name, is that part alone, a short look or --full. `-- memory`, `-- metrics`,
// `-- tracing`, `-- every-trace` and `-- against --baseline FOLDER` need no broker. `-- report` only writes results.md anew.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    connections: { type: 'string', multiple: true },
    contender: { type: 'string', multiple: true },
    baseline: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '500' },
    out: { type: 'string' }
  }
})
const { full, baseline, contender: wanted, out } = values
const [name] = positionals
const print = (text: string) => void process.stdout.write(`${text}\n\n`)
const note = (line: string) => void process.stderr.write(`${line}\n`)
const choice = { main: values.build ? BUILT : SOURCES, wanted, baseline, note }
const effort = {
  seconds: Number(values.seconds ?? (full ? 5 : 1)),
  rounds: Number(values.rounds ?? (full ? 5 : 2)),
  connections: values.connections?.flatMap(list => list.split(',').map(Number)) ?? (full ? undefined : [32])
}
const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')

async function measurePart<Part extends keyof Parts>(part: Part): Promise<void> {
  const of = await measurements[part](choice, effort)
  print(renderPart(part, of))
  if (full) await keep(part, of, command)
}

async function soakOne(): Promise<void> {
  const of = CONTENDERS.find(({ name }) => name === (wanted?.[0] ?? 'bridge'))
  if (of === undefined) throw new Error(`There is no contender "${wanted}".`)
  const heading = `\`${command}\`, ${new Date().toISOString()}`
  const size = { minutes: Number(values.minutes), rate: Number(values.rate) }
  const done = await soak(of, choice, size, soFar => {
    note(JSON.stringify(soFar.minutes.at(-1)))
    // Each minute, so that an interrupted hour is not lost.
    if (out !== undefined) writeFileSync(out, renderSoak(soFar, heading))
  })
  print(renderSoak(done, heading))
}

/** What a name stands for; without one, the quick look, or all parts. */
async function bench(): Promise<void> {
  const parts = Object.keys(measurements) as (keyof Parts)[]
  const part = parts.find(part => part === name)
  if (name === 'parts') return void (await import('./parts.ts'))
  if (name === 'report') return writeDocument()
  // First, so that the brokers run on the load's CPU.
  note(`${choice.main}; servers and the rest ${pinLoad() ? 'on a CPU each' : 'NOT pinned'}`)
  if (name === 'soak') return soakOne()
  if (part !== undefined) return measurePart(part)
  if (name === undefined && full) {
    for (const part of parts) await measurePart(part)
    return print(goalsTable(readResults()))
  }
  const open = name === undefined ? kafka : withoutBroker[name]
  if (open === undefined) {
    const names = [...parts, ...Object.keys(withoutBroker), 'parts', 'soak', 'report']
    throw new Error(`There is no benchmark "${name}", only ${names.join(', ')}.`)
  }
  print(
    renderComparison(await run(open, { ...choice, wanted: wanted ?? (name === undefined ? QUICK : undefined) }, effort))
  )
}

await bench()
