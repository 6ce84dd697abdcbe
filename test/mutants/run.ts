import { rm } from 'node:fs/promises'
import { copyProject } from './copy.ts'
import { fanOutMutants } from './fan-out.ts'
import { gateMutants } from './gates.ts'
import { insteadMutants } from './instead.ts'
import { labelMutants } from './labels.ts'
import { memoryMutants } from './memory.ts'
import { countIn, during, type Mutant } from './mutant.ts'
import { operationMutants } from './operation.ts'
import { renewalMutants } from './renewal.ts'
import { runTests } from './run-tests.ts'

// Breaks the bridge's guarantees one by one, in a copy, and requires a red test for each: `npm run test:mutants`, or with
// some words of their names, `npm run test:mutants -- dead letter`.

/** Two cores have room for no more. */
const COPIES = 2
const words = process.argv.slice(2).join(' ')
const mutants = [
  ...fanOutMutants,
  ...memoryMutants,
  ...insteadMutants,
  ...gateMutants,
  ...labelMutants,
  ...renewalMutants,
  ...operationMutants
].filter(({ name }) => name.includes(words))

const stopping = new AbortController()
const { signal } = stopping
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(name)))

const roots: string[] = []
let passed = 0
let failed = 0

function say(ok: boolean, name: string, why: string): void {
  if (ok) passed += 1
  else failed += 1
  process.stdout.write(`${ok ? 'caught  ' : 'FAILED  '} ${name}: ${why}\n`)
}

/** Whether the tests are green without any mutant: else a red one means nothing. */
async function checkSound(root: string): Promise<boolean> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))]
  const { green, red, output } = await runTests(root, files, signal)
  if (!green) say(false, 'no mutant at all', red ?? output)
  return green
}

async function judge(root: string, mutant: Mutant): Promise<void> {
  const { name, file, tests } = mutant
  const count = await countIn(root, mutant)
  if (count !== 1) return say(false, name, `its text occurs ${count} times in ${file}`)
  const { red, green, output } = await during(root, mutant, () => runTests(root, tests, signal))
  if (red === undefined && !green) return say(false, name, `no test failed, and the run did not pass:\n${output}`)
  say(red !== undefined, name, red ?? `it survives ${tests.join(', ')}`)
}

try {
  for (let count = 0; count < COPIES; count += 1) roots.push(await copyProject())
  const [first = ''] = roots
  if (await checkSound(first)) {
    const queue = mutants.values()
    await Promise.all(
      roots.map(async root => {
        for (const mutant of queue) await judge(root, mutant)
      })
    )
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
} catch (error) {
  if (!signal.aborted) throw error
  process.exitCode = 130
} finally {
  for (const root of roots) await rm(root, { recursive: true, force: true })
}
