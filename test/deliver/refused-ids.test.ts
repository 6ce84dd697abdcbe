import { describe, expect, test } from 'vitest'
import { createRefusedIds } from '../../src/deliver/refused-ids.ts'
import { createClock } from './clock.ts'
import { createMarks } from './marks.ts'

const HOUR = 3_600_000
const KEY = '//a msg_1'

function create({ maxEntries = 100 } = {}) {
  const clock = createClock()
  return { clock, refused: createRefusedIds({ ttl: HOUR, maxEntries, now: clock.now }) }
}

test('nothing was refused before it was', async () => {
  expect(await create().refused.has(KEY, '100')).toBe(false)
})

describe('a verified webhook', () => {
  test('is remembered, whatever timestamp it comes with then; others are not', async () => {
    const { refused } = create()
    refused.add(KEY)
    expect(await refused.has(KEY, '100')).toBe(true)
    expect(await refused.has(KEY, '200')).toBe(true)
    expect(await refused.has('//a msg_2', '100')).toBe(false)
    expect(await refused.has('//b msg_1', '100')).toBe(false)
  })

  test('for as long as it should be, from the last refusal', async () => {
    const { clock, refused } = create()
    refused.add(KEY)
    await clock.pass(HOUR)
    expect(await refused.has(KEY, '100')).toBe(true)
    refused.add(KEY)
    await clock.pass(HOUR)
    expect(await refused.has(KEY, '100')).toBe(true)
    await clock.pass(1)
    expect(await refused.has(KEY, '100')).toBe(false)
  })

  test('with so many others: the oldest are forgotten', async () => {
    const { refused } = create({ maxEntries: 2 })
    for (const id of [1, 2, 3]) refused.add(`//a msg_${id}`)
    expect(await Promise.all([1, 2, 3].map(id => refused.has(`//a msg_${id}`, '100')))).toEqual([false, true, true])
  })
})

describe('a webhook that nobody had verified', () => {
  test('is remembered with its timestamp, and with no other', async () => {
    const { refused } = create()
    refused.addUnproven(KEY, '100')
    expect(await refused.has(KEY, '100')).toBe(true)
    expect(await refused.has(KEY, '101')).toBe(false)
    expect(await refused.has('//a msg_2', '100')).toBe(false)
  })

  test('for as long as it should be', async () => {
    const { clock, refused } = create()
    refused.addUnproven(KEY, '100')
    await clock.pass(HOUR)
    expect(await refused.has(KEY, '100')).toBe(true)
    await clock.pass(1)
    expect(await refused.has(KEY, '100')).toBe(false)
  })

  test('takes no room from those that were verified, however many strangers invent', async () => {
    const { refused } = create({ maxEntries: 1 })
    refused.add(KEY)
    for (let i = 0; i <= 10_000; i += 1) refused.addUnproven(`//a invented_${i}`, '100')
    expect(await refused.has(KEY, '100')).toBe(true)
    expect(await refused.has('//a invented_0', '100')).toBe(false)
    expect(await refused.has('//a invented_1', '100')).toBe(true)
  })
})

describe('replicas', () => {
  const create = () => {
    const marks = createMarks()
    return { marks, refused: createRefusedIds({ ttl: HOUR, maxEntries: 100, shared: marks }) }
  }

  test('know what the others refused', async () => {
    const { marks, refused } = create()
    refused.add(KEY)
    expect([...marks.marked]).toEqual([`${KEY}: .refused`])
    const other = createRefusedIds({ ttl: HOUR, maxEntries: 100, shared: marks })
    expect(await other.has(KEY, '100')).toBe(true)
    expect(await other.has('//a msg_2', '100')).toBe(false)
  })

  test('are not asked for what is known here, nor told what strangers may have invented', async () => {
    const { marks, refused } = create()
    refused.add(KEY)
    refused.addUnproven('//a msg_2', '100')
    expect(await refused.has(KEY, '100')).toBe(true)
    expect(await refused.has('//a msg_2', '100')).toBe(true)
    expect(marks.find).not.toHaveBeenCalled()
    expect(marks.add).toHaveBeenCalledTimes(1)
  })

  test('that give no answer leave it open', async () => {
    const { marks, refused } = create()
    marks.marked.add(`${KEY}: .refused`)
    marks.silent = true
    expect(await refused.has(KEY, '100')).toBeUndefined()
  })
})
