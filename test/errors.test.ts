import { expect, test } from 'vitest'
import { sourceCalls, textsIn } from './docs/source-calls.ts'

// What an operator is told says what to do, in every place where the sources say something.

const VERBS =
  'Add|Allow|Bring|Change|Check|Convert|Correct|Create|Export|Give|Grant|Let|Look|Lower|Make|Mend|Name|Put|Raise|Remove|Report|Route|Save|See|Set|Shorten|Stop|Use|Wait|Write'
/** A sentence, or its part after a condition, that begins with what to do. */
const REMEDY = new RegExp(`(?:^|[.…)] )(?:(?:${VERBS})\\b|If [^.]*, (?:have|${VERBS.toLowerCase()})\\b)`)

test('every error of publishing says what to do', async () => {
  const calls = await sourceCalls(/\bnew (?:UnavailableError|EventError)\(|\bsays: (?:\([^)]*\)|\w+) =>\s*/g)
  const made: string[] = []
  let told = 0
  for (const { file, rest } of calls) {
    // What is wrong with an event that somebody wrote: to correct it is the remedy.
    if (file === 'src/structured.ts') continue
    const [text = ''] = textsIn(rest)
    // Whatever ends in a hole is made of what others say.
    if (/^$|…\.?$/.test(text)) made.push(file)
    else {
      told += 1
      expect(text, file).toMatch(/Gemini delivers again\.$/.test(text) ? /\.$/ : REMEDY)
      expect(text, file).toMatch(/\.$/)
    }
  }
  expect(told).toBeGreaterThan(70)
  expect([...new Set(made)].sort()).toEqual([
    'adapters/eventbridge/error.ts',
    'adapters/http/error.ts',
    'adapters/kafka/error.ts',
    'adapters/kafka/tls.ts',
    'adapters/kafka/token/client-credentials.ts',
    'adapters/lane/fault.ts',
    'adapters/lane/obtain.ts',
    'adapters/memory.ts',
    'adapters/pubsub/error.ts',
    'src/cli/redrive/plan.ts',
    'src/deliver/bury.ts',
    'src/deliver/destination.ts',
    'src/deliver/fallback.ts',
    'src/deliver/once.ts',
    'src/verify/key-set.ts'
  ])
})

/** What a fault of the configuration says is at the same time what has to be: `must be …`, `only … are …`. */
const WANTED = /\bmust\b|\bneeds\b|\bonly\b.* (?:are|be)\b|\bunless\b|[;:] (?:set|write|add|name)\b|^write\b/

test('every fault of the configuration says what to do, or shows something that works', async () => {
  const calls = await sourceCalls(/\{[^{}]*\bfault: (?=['"`])|\bfault: (?=['"`])/g, [
    'src/config',
    'src/cli',
    'src/server'
  ])
  let told = 0
  for (const { file, match, rest } of calls) {
    const [text = ''] = textsIn(rest)
    // YAML's own mistakes have nothing to say but where they are.
    if (text.startsWith('not valid YAML') || text.endsWith('…') || text.startsWith('unknown key')) continue
    told += 1
    const hasExample = /\bexample\b/.test(`${match[0]}${rest}`)
    if (!hasExample) expect(text, file).toMatch(new RegExp(`${REMEDY.source}|${WANTED.source}`))
  }
  expect(told).toBeGreaterThan(20)
})
