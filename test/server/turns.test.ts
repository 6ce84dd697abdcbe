import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurns } from '../../src/server/turns.ts'

test('a few things are done at once, the others a few a turn, in the order in which they came', async () => {
  const turns = createTurns()
  const done: number[] = []
  const inEach: number[] = []
  for (let i = 0; i < 20; i += 1) turns.take(() => done.push(i))
  for (let turn = 0; turn < 4; turn += 1) {
    inEach.push(done.length)
    await nextTurn()
  }
  expect(inEach).toEqual([8, 16, 20, 20])
  expect(done).toEqual([...done].sort((a, b) => a - b))
})

test('what comes later does not overtake what waits', async () => {
  const turns = createTurns()
  const done: string[] = []
  for (let i = 0; i < 17; i += 1) turns.take(() => done.push('early'))
  await nextTurn()
  for (let i = 0; i < 8; i += 1) turns.take(() => done.push('late'))
  await nextTurn()
  await nextTurn()
  expect(done.slice(0, 17)).not.toContain('late')
  expect(done.slice(17)).toEqual(Array(8).fill('late'))
})

test('after a quiet turn there is room again', async () => {
  const turns = createTurns()
  for (let round = 0; round < 3; round += 1) {
    let done = 0
    for (let i = 0; i < 8; i += 1) turns.take(() => (done += 1))
    expect(done).toBe(8)
    await nextTurn()
    await nextTurn()
  }
})

test('what goes on comes before what has not begun', async () => {
  const turns = createTurns()
  const done: string[] = []
  for (let i = 0; i < 8; i += 1) turns.take(() => {})
  turns.take(() => done.push('new'))
  turns.take(() => done.push('begun'), true)
  expect(done).toEqual([])
  await nextTurn()
  expect(done).toEqual(['begun', 'new'])
})

test('what waits is done in the context that it came in, and not in that of whoever came first', async () => {
  const turns = createTurns()
  const context = new AsyncLocalStorage<number>()
  const done: (readonly [number, number | undefined])[] = []
  const come = (i: number) =>
    context.run(i, () => turns.take(() => done.push([i, context.getStore()] as const), i % 2 === 0))
  for (let i = 0; i < 20; i += 1) come(i)
  turns.hurry()
  await nextTurn()
  await nextTurn()
  expect(done).toHaveLength(20)
  for (const [i, seen] of done) expect(seen).toBe(i)
})
