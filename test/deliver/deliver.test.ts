import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { keyOf } from '../../src/deliver/key.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { createScripted, event, outcomes, required } from './scripted-deliverer.ts'

test('an event that no route wants is done', async () => {
  expect(await createScripted([]).deliver()).toEqual([])
})

test('a route to what is no destination is a fault, and says where it leads', async () => {
  await expect(createScripted(required('nowhere')).deliver()).rejects.toThrow('"nowhere"')
})

describe('required destinations', () => {
  test('are asked side by side; the last of them settles it, and the order stays', async () => {
    const { a, b, c, deliver } = createScripted(required('a', 'b', 'c'))
    const settled = vi.fn()
    const delivering = deliver().finally(settled)
    await nextTurn()
    expect([a, b, c].map(({ calls }) => calls[0]?.event)).toEqual([event, event, event])
    c.calls[0]?.answer('accepted')
    a.calls[0]?.answer('unavailable')
    await nextTurn()
    expect(settled).not.toHaveBeenCalled()
    b.calls[0]?.answer('refused')
    expect(outcomes(await delivering)).toEqual(['a unavailable', 'b refused', 'c accepted'])
  })

  test('that do not answer are given up at the deadline', async () => {
    const { a, b, deliver } = createScripted(required('a', 'b'))
    const deadline = new AbortController()
    const delivering = deliver(deadline.signal)
    await nextTurn()
    a.calls[0]?.answer('accepted')
    deadline.abort()
    expect(outcomes(await delivering)).toEqual(['a accepted', 'b unavailable'])
    expect(b.calls[0]?.signal.aborted).toBe(true)
  })

  test('get a redelivery only where it is missing', async () => {
    const { a, b, deliver } = createScripted(required('a', 'b'))
    a.outcome = 'accepted'
    b.outcome = 'unavailable'
    expect(outcomes(await deliver())).toEqual(['a accepted', 'b unavailable'])
    b.outcome = 'accepted'
    expect(outcomes(await deliver())).toEqual(['a duplicate', 'b accepted'])
    expect(outcomes(await deliver())).toEqual(['a duplicate', 'b duplicate'])
    expect([a.calls.length, b.calls.length]).toEqual([1, 2])
  })

  test('get every redelivery where nothing is remembered', async () => {
    const { a, deliver } = createScripted(required('a'), { dedupe: false })
    a.outcome = 'accepted'
    await deliver()
    expect(outcomes(await deliver())).toEqual(['a accepted'])
    expect(a.calls).toHaveLength(2)
  })

  test('are asked for nothing that another replica has brought them', async () => {
    const { a, b, marks, deliver } = createScripted(required('a', 'b'))
    a.outcome = 'accepted'
    b.outcome = 'accepted'
    marks.marked.add(`${keyOf(event)}: a`)
    expect(outcomes(await deliver())).toEqual(['a duplicate', 'b accepted'])
    expect(marks.find.mock.calls).toEqual([[keyOf(event), ['a', 'b']]])
    expect(marks.marked).toContain(`${keyOf(event)}: b`)
  })
})

test('events are the same by source and id together', () => {
  const keys = [
    { source: '//a', id: 'b' },
    { source: '//a', id: 'c' },
    { source: '//a/b', id: 'c' },
    { source: '//a/b', id: 'b' }
  ].map(keyOf)
  expect(new Set(keys).size).toBe(4)
  expect(keyOf(sampleEvent('{}', { id: event.id, type: 'another' }))).toBe(keyOf(event))
})
