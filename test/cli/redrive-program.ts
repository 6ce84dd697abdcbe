import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { CloudEvent } from '../../src/event.ts'
import { parseStructured } from '../adapters/structured.ts'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { type Program, root, startBridgeProgram, start as startProgram } from '../spawn.ts'

type Options = Readonly<Record<string, unknown>>

/** What one run of `redrive` came to. */
export interface Redriven {
  readonly code: number
  /** The ledger's lines: line, id, destination, outcome, reason; by their line's number. */
  readonly ledger: readonly (readonly string[])[]
  readonly summary: readonly string[]
  readonly stderr: string
}

/** A folder with a configuration and its pretended brokers. */
export interface Scene {
  readonly folder: string
  readonly path: (name: string) => string
  write(name: string, bytes: string | Uint8Array): void
  read(name: string): string
  /** Begins the command in the folder. */
  start(...args: readonly string[]): Program
  /** Begins a line of the shell in the folder, in which `redrive` is the command. */
  shell(line: string): Program
  /** Runs it to its end. */
  redrive(...args: readonly string[]): Promise<Redriven>
  /** What a destination has accepted, read by the cloudevents package. */
  arrived(destination: string): readonly CloudEvent[]
}

const FIXTURE = `${root}test/cli/redrive-adapter.ts`

/** @param destinations names, each with options of `redrive-adapter.ts` */
export function openScene(destinations: Readonly<Record<string, Options>>, configuration: Options = {}): Scene {
  const folder = temporaryFolder('redrive-')
  onTestFinished(() => folder.remove())
  const path = (name: string) => join(folder.path, name)
  const named = Object.entries(destinations).map(([name, options]) => [
    name,
    'adapter' in options ? options : { adapter: FIXTURE, to: path(name), ...options }
  ])
  const file = {
    endpoints: [{ path: '/hooks', verify: { static: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] } } }],
    destinations: Object.fromEntries(named),
    ...configuration
  }
  writeFileSync(path('bridge.yaml'), stringify(file))
  const programs: Program[] = []
  onTestFinished(async () => {
    for (const program of programs) {
      program.kill('SIGKILL')
      await program.exit()
    }
  })
  const keep = (program: Program) => {
    programs.push(program)
    return program
  }
  const start = (...args: readonly string[]) =>
    keep(startBridgeProgram(['redrive', '--config', 'bridge.yaml', ...args], { cwd: folder.path }))
  return {
    folder: folder.path,
    path,
    write: (name, bytes) => writeFileSync(path(name), bytes),
    read: name => readFileSync(path(name), 'latin1'),
    start,
    shell: line =>
      keep(
        startProgram('sh', ['-c', `redrive() { "$NODE" "$MAIN" redrive --config bridge.yaml "$@"; }\n${line}`], {
          cwd: folder.path,
          env: { NODE: process.execPath, MAIN: `${root}src/main.ts` }
        })
      ),
    redrive: async (...args) => resultOf(start(...args)),
    arrived: name =>
      existsSync(path(name)) ? readFileSync(path(name), 'utf8').trim().split('\n').map(parseStructured) : []
  }
}

/** Waits for the program's end, and reads what it has printed. */
export async function resultOf(program: Program): Promise<Redriven> {
  const code = await program.exit()
  const lines = program.stdout.split('\n').slice(0, -1)
  const ledger = lines.filter(line => line.includes('\t')).map(line => line.split('\t'))
  return {
    code,
    ledger: ledger.toSorted((a, b) => Number(a[0]) - Number(b[0])),
    summary: lines.filter(line => !line.includes('\t')),
    stderr: program.stderr
  }
}
