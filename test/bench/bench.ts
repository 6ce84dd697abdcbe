import { parseArgs } from 'node:util'
import { intoEventbridge, intoPubsub } from './clouds.ts'
import type { Choice, Comparison } from './contender.ts'
import { intoKafka, QUICK } from './kafka.ts'
import { withoutBroker } from './memory.ts'
import { BUILT, SOURCES } from './programs.ts'
import { compare } from './rounds.ts'
import { pinLoad } from './server.ts'
import { ledgerTable, measuredTable, ratioTable } from './tables.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    connections: { type: 'string', multiple: true },
    contender: { type: 'string', multiple: true },
    baseline: { type: 'string' }
  }
})
const comparisons: Readonly<Record<string, (choice: Choice) => Promise<Comparison>>> = {
  kafka: intoKafka,
  pubsub: intoPubsub,
  eventbridge: intoEventbridge,
  ...withoutBroker
}
const { full, baseline } = values
const [name = 'kafka'] = positionals
const seconds = Number(values.seconds ?? (full ? 5 : 1))
const rounds = Number(values.rounds ?? (full ? 5 : 2))
const main = values.build ? BUILT : SOURCES
const print = (text: string) => process.stdout.write(`${text}\n\n`)
const note = (line: string) => process.stderr.write(`${line}\n`)

if (name === 'parts') {
  await import('./parts.ts')
  process.exit()
}
const open = comparisons[name]
if (open === undefined) throw new Error(`There is no benchmark "${name}", only ${Object.keys(comparisons).join(', ')}.`)
// Without an argument, what takes ten seconds.
const wanted = values.contender ?? (positionals.length === 0 && !full ? QUICK : undefined)
const connections = values.connections?.map(Number) ?? (full ? undefined : [32])
// First, so that the brokers run on the load's CPU.
const apart = pinLoad()
note(`${main}; servers and the rest ${apart ? 'on a CPU each' : 'NOT pinned'}`)
const comparison = await open({ main, wanted, baseline, note })
try {
  const result = await compare(comparison, { seconds, rounds, connections }, note)
  print(measuredTable(result))
  print(`Ratios to "${result.baseline}", round by round:`)
  print(ratioTable(result))
  if (result.ledger.length > 0) print(ledgerTable(result))
} finally {
  await comparison.close()
}
