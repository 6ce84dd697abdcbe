/** What `--full` has measured, kept in results.json; each part by itself, so that one may be measured anew. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { renderResults } from './document.ts'
import type { PacedMeasure } from './flat.ts'
import { wrk } from './load/wrk.ts'
import type { ProducerTest } from './producer-test.ts'
import type { Resident } from './resident.ts'
import type { Result } from './rounds.ts'
import type { StartUp } from './start-up.ts'

/** A part, with where, when and how it was measured. */
export interface Measured<T> {
  readonly date: string
  readonly command: string
  readonly machine: string
  readonly versions: string
  readonly of: T
}

export interface Parts {
  readonly kafka: Result
  readonly producer: ProducerTest
  readonly features: Result
  readonly 'start-up': StartUp
  readonly resident: readonly Resident[]
  readonly flat: { readonly paced: readonly PacedMeasure[]; readonly beside: Result }
  readonly pubsub: Result
  readonly eventbridge: Result
}

export type Results = { readonly [Part in keyof Parts]?: Measured<Parts[Part]> }

const FILE = fileURLToPath(new URL('results.json', import.meta.url))
const DOCUMENT = fileURLToPath(new URL('results.md', import.meta.url))

export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8'))
}

/** Puts a part in the place of the one before, and writes the document anew. */
export async function keep<Part extends keyof Parts>(part: Part, of: Parts[Part], command: string): Promise<void> {
  const [date = ''] = new Date().toISOString().split('T')
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`
  const measured = { date, command, machine, versions: await versions(), of }
  writeFileSync(FILE, `${JSON.stringify({ ...readResults(), [part]: measured }, rounded, 1)}\n`)
  writeDocument()
}

export function writeDocument(): void {
  writeFileSync(DOCUMENT, renderResults(readResults()))
}

async function versions(): Promise<string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { kafkajs, fastify } = dependencies
  const platformatic = devDependencies['@platformatic/kafka']
  const [command, ...first] = await wrk()
  // It knows no --version, prints its version among the usage, and fails.
  const usage = execFileSync('sh', ['-c', '"$@" -v 2>&1 || :', 'wrk', command, ...first], { encoding: 'utf8' })
  const wrkVersion = /^wrk (?:debian\/)?([\w.-]+)/m.exec(usage)?.[1]
  return `Node ${process.version.slice(1)}, Kafka 4.4.0, kafkajs ${kafkajs}, @platformatic/kafka ${platformatic}, Fastify ${fastify}, wrk ${wrkVersion}`
}

/** Five digits say all that there is to be known. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
}
