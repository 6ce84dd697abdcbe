import { REDIS_URL } from './dedupe-schema.ts'
import { suggestion } from './nearest.ts'
import { isMapping, type Path, valueAt } from './tree.ts'
import type { Fault } from './written.ts'

/** What is wrong between destinations and what leads to them. Looks at whatever is sound, as `inconsistencies` does. */
export function deliveryInconsistencies(tree: unknown): Fault[] {
  const entries = valueAt(tree, ['destinations'])
  const names = isMapping(entries) ? Object.keys(entries) : []
  return [
    ...(names.length === 0 ? [] : [...routeFaults(tree, names), ...deadLetterFaults(tree, names)]),
    ...names.flatMap(name => [...fallbackFaults(tree, name, names)]),
    ...dedupeFaults(tree)
  ]
}

function* routeFaults(tree: unknown, names: readonly string[]): Generator<Fault> {
  for (const [index, route] of listAt(tree, ['routes']).entries()) {
    const to = listAt(route, ['to'])
    for (const [position, name] of to.entries()) {
      const path = ['routes', index, 'to', position]
      yield* nameFaults(name, path, names)
      const first = to.indexOf(name)
      if (typeof name === 'string' && first < position)
        yield { path, fault: `is the same as the one at [${first}]. Remove one of them` }
    }
  }
}

function* deadLetterFaults(tree: unknown, names: readonly string[]): Generator<Fault> {
  const path = ['deadLetter']
  const name = valueAt(tree, path)
  yield* nameFaults(name, path, names)
  if (names.length === 1 && names[0] === name && valueAt(tree, ['routes']) === undefined) {
    yield { path, fault: 'is the only destination, and without routes no event goes to it: add another destination' }
  }
}

function* fallbackFaults(tree: unknown, name: string, names: readonly string[]): Generator<Fault> {
  const path = ['destinations', name, 'fallback', 'to']
  const to = valueAt(tree, path)
  yield* nameFaults(to, path, names)
  if (to === name) yield { path, fault: 'must be another destination than the one that it stands in for' }
}

/** What is no text is at fault by itself. */
function* nameFaults(name: unknown, path: Path, names: readonly string[]): Generator<Fault> {
  if (typeof name === 'string' && !names.includes(name)) {
    yield { path, fault: `must be a destination's name; ${suggestion(name, names)}` }
  }
}

function* dedupeFaults(tree: unknown): Generator<Fault> {
  const path = ['dedupe', 'url']
  const store = valueAt(tree, ['dedupe', 'store'])
  const url = valueAt(tree, path)
  if (store === 'redis' && url === undefined) {
    yield { path, fault: 'is missing; the store redis needs it', example: REDIS_URL }
  }
  if (url !== undefined && [undefined, 'memory', 'off', false].some(other => other === store)) {
    yield { path, fault: 'is only for the store redis; write store: redis, or leave it out' }
  }
}

function listAt(tree: unknown, path: Path): readonly unknown[] {
  const value = valueAt(tree, path)
  return Array.isArray(value) ? value : []
}
