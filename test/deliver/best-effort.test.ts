import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../src/deliver/destination.ts'
import { bestEffort, createScripted, event, outcomes, required } from './scripted-deliverer.ts'

describe('best-effort destinations', () => {
  const targets = [...required('a'), ...bestEffort('b')]

  test.each<Outcome | undefined>([undefined, 'unavailable', 'refused'])(
    'are not waited for, nor heard: %s',
    async outcome => {
      const { a, b, deliver } = createScripted(targets, { deadLetter: true })
      a.outcome = 'accepted'
      b.outcome = outcome
      expect(outcomes(await deliver())).toEqual(['a accepted'])
      expect(b.calls).toHaveLength(1)
    }
  )

  test('have a deadline of their own', async () => {
    const { a, b, deliver } = createScripted(targets)
    const deadline = new AbortController()
    const delivering = deliver(deadline.signal)
    await nextTurn()
    deadline.abort()
    expect(outcomes(await delivering)).toEqual(['a unavailable'])
    expect([a.calls[0]?.signal.aborted, b.calls[0]?.signal.aborted]).toEqual([true, false])
  })

  test('remember what they accepted, too', async () => {
    const { a, b, background, deliver } = createScripted(targets)
    a.outcome = 'unavailable'
    await deliver()
    b.calls[0]?.answer('accepted')
    await background.idle()
    await deliver()
    expect(a.calls).toHaveLength(2)
    expect(b.calls).toHaveLength(1)
  })

  test('for which there is no room are left out, and told', async () => {
    const { a, b, onDropped, deliver } = createScripted([...required('a'), ...bestEffort('b', 'c')], { room: 1 })
    a.outcome = 'accepted'
    expect(outcomes(await deliver())).toEqual(['a accepted'])
    expect(b.calls).toHaveLength(1)
    expect(onDropped.mock.calls).toEqual([['c', event]])
  })

  test('end nothing by a fault of their own', async () => {
    const { a, deliver } = createScripted([...required('a'), ...bestEffort('nowhere')])
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    a.outcome = 'accepted'
    expect(outcomes(await deliver())).toEqual(['a accepted'])
    await nextTurn()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('best-effort destinations alone', () => {
  test('settle it with the first acceptance, whatever the others say', async () => {
    const { a, b, deliver } = createScripted(bestEffort('a', 'b', 'c'))
    const settled = vi.fn()
    const delivering = deliver().finally(settled)
    await nextTurn()
    a.calls[0]?.answer('unavailable')
    await nextTurn()
    expect(settled).not.toHaveBeenCalled()
    b.calls[0]?.answer('accepted')
    expect(outcomes(await delivering)).toEqual(['b accepted'])
  })

  test('that all fail have failed', async () => {
    const { a, b, deliver } = createScripted(bestEffort('a', 'b'), { deadLetter: true })
    a.outcome = 'unavailable'
    b.outcome = 'refused'
    expect(outcomes(await deliver())).toEqual(['a unavailable', 'b refused'])
  })

  test('are not waited for beyond the deadline, and go on after it', async () => {
    const { a, b, background, deliver } = createScripted(bestEffort('a', 'b'))
    const deadline = new AbortController()
    const delivering = deliver(deadline.signal)
    await nextTurn()
    a.calls[0]?.answer('unavailable')
    deadline.abort()
    await expect(delivering).rejects.toMatchObject({ code: 'ERR_DESTINATION' })
    expect(b.calls[0]?.signal.aborted).toBe(false)
    b.calls[0]?.answer('accepted')
    await background.idle()
    expect(outcomes(await deliver())).toEqual(['b duplicate'])
  })

  test('and a deadline that has passed before: they are not waited for', async () => {
    const { deliver } = createScripted(bestEffort('a'))
    await expect(deliver(AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_DESTINATION' })
  })

  test('without room for any of them: later', async () => {
    const { a, onDropped, deliver } = createScripted(bestEffort('a'), { room: 1 })
    await Promise.race([deliver(), nextTurn()])
    const results = await deliver()
    expect(outcomes(results)).toEqual(['a dropped'])
    expect(results[0]?.refusal).toMatchObject({ code: 'ERR_BUSY' })
    expect(a.calls).toHaveLength(1)
    expect(onDropped).toHaveBeenCalledTimes(1)
  })

  test('without room for one of them: the other decides', async () => {
    const { a, b, deliver } = createScripted(bestEffort('a', 'b'), { room: 1 })
    const delivering = deliver()
    await nextTurn()
    expect(b.calls).toEqual([])
    a.calls[0]?.answer('accepted')
    expect(outcomes(await delivering)).toEqual(['a accepted'])
  })
})
