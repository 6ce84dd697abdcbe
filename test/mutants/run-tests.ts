import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** How a test run ended. */
export interface Verdict {
  /** The first test that failed, if one did. */
  readonly red?: string
  /** Whether there were tests, and all of them passed. */
  readonly green: boolean
  /** What it said, for when it was neither. */
  readonly output: string
}

/** Longer than any of them takes; a mutant may well hang. */
const LONGEST_RUN_MS = 60_000
const REPORT = 'mutants-report.json'

interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/**
 * Runs test files in a copy of the project, up to the first that fails.
 * @param bail whether to stop there
 */
export async function runTests(root: string, files: readonly string[], signal: AbortSignal): Promise<Verdict> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // No caches: those are in node_modules, which is not the copy's own.
  const flags = [
    '--project=unit',
    '--project=programs',
    '--bail=1',
    '--no-cache',
    '--no-fsModuleCache',
    '--testTimeout=10000'
  ]
  const reporting = ['--reporter=json', `--outputFile=${REPORT}`]
  const child = spawn(process.execPath, [vitest, 'run', ...flags, ...reporting, ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_RUN_MS)]),
    killSignal: 'SIGKILL'
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  child.on('error', error => {
    output += String(error)
  })
  await once(child, 'close').catch(() => {})
  signal.throwIfAborted()
  const report = await takeReport(join(root, REPORT))
  const red = report?.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')
  // A patch whose names are out of date breaks everything, and shows nothing.
  const isStale = red?.failureMessages?.some(message => message.includes('ReferenceError')) ?? false
  const green = report?.success === true && report.numPassedTests > 0
  return { green, output, ...(red && !isStale && { red: red.fullName }) }
}

async function takeReport(path: string): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  } finally {
    await rm(path, { force: true })
  }
}
