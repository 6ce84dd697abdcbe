import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/standin/gemini/registry.ts'

const settings = { uri: 'https://bridge.example/', subscribedEvents: ['batch.succeeded'] }
const HOUR = 3_600_000

function openRegistry() {
  const time = { now: 0 }
  const registry = createRegistry({ failuresUntilDisabled: 3, overlap: 24 * HOUR, now: () => time.now })
  return { time, registry }
}

describe('createRegistry', () => {
  it('lists each registration exactly once, whatever comes and goes between the pages', () => {
    const step = fc.record({ size: fc.integer({ min: 1, max: 7 }), deleted: fc.nat(30), created: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.array(step, { minLength: 31, maxLength: 31 }), (count, steps) => {
        const { registry } = openRegistry()
        const staying = new Set(Array.from({ length: count }, () => registry.create(settings).id))
        const listed: string[] = []
        let place = 0
        for (const { size, deleted, created } of steps) {
          const { page, more } = registry.list(place, size)
          expect(page.length).toBeLessThanOrEqual(size)
          listed.push(...page.map(({ id }) => id))
          place = page.at(-1)?.place ?? place
          if (!more) break
          expect(page).toHaveLength(size)
          // The last one of the page among them, where the next page begins.
          const gone = [...staying][deleted]
          if (gone !== undefined) registry.delete(gone)
          if (gone !== undefined) staying.delete(gone)
          if (created) staying.add(registry.create(settings).id)
        }
        expect(new Set(listed).size).toBe(listed.length)
        for (const id of staying) expect(listed).toContain(id)
      })
    )
  })

  it('keeps previous secrets for the overlap, each from its own rotation on', () => {
    const { time, registry } = openRegistry()
    const { id, secrets } = registry.create(settings)
    const first = secrets[0]?.text
    const second = registry.rotateSecret(id, false).secrets[0]?.text
    time.now = 23 * HOUR
    const third = registry.rotateSecret(id, false).secrets[0]?.text
    const texts = () => registry.get(id).secrets.map(({ text }) => text)
    expect(texts()).toEqual([third, second, first])
    time.now = 24 * HOUR - 1
    expect(texts()).toEqual([third, second, first])
    time.now = 24 * HOUR
    expect(texts()).toEqual([third, second])
    expect(registry.get(id).secrets[1]?.expires).toBe(47 * HOUR)
    time.now = 1e9 * HOUR
    expect(texts()).toEqual([third])
  })

  it('keeps none on an immediate rotation', () => {
    const { registry } = openRegistry()
    const { id } = registry.create(settings)
    registry.rotateSecret(id, false)
    const { secrets } = registry.rotateSecret(id, true)
    expect(secrets).toHaveLength(1)
    expect(registry.get(id).secrets).toEqual(secrets)
  })

  it('keeps few secrets, however often somebody rotates', () => {
    const { registry } = openRegistry()
    const { id } = registry.create(settings)
    for (let count = 0; count < 100; count += 1) registry.rotateSecret(id, false)
    expect(registry.get(id).secrets).toHaveLength(10)
  })

  it('disables after failures in a row only, and forgets them when enabled again', () => {
    const { registry } = openRegistry()
    const { id } = registry.create(settings)
    const note = (...outcomes: readonly boolean[]) => {
      for (const acknowledged of outcomes) registry.noteDelivery(id, acknowledged)
      return registry.get(id).state
    }
    expect(note(false, false, true, false, false)).toBe('enabled')
    expect(note(false)).toBe('disabled_due_to_failed_deliveries')
    expect(registry.subscribers('batch.succeeded')).toEqual([])
    expect(note(true)).toBe('disabled_due_to_failed_deliveries')
    registry.update(id, { state: 'enabled' })
    expect(note(false, false)).toBe('enabled')
    expect(note(false)).toBe('disabled_due_to_failed_deliveries')
  })

  it('leaves alone what its owner has disabled, and what is gone', () => {
    const { registry } = openRegistry()
    const { id } = registry.create(settings)
    registry.update(id, { state: 'disabled' })
    for (let count = 0; count < 3; count += 1) registry.noteDelivery(id, false)
    expect(registry.get(id).state).toBe('disabled')
    registry.delete(id)
    registry.noteDelivery(id, false)
    expect(registry.list(0, 1)).toEqual({ page: [], more: false })
  })

  it('is bounded', () => {
    const { registry } = openRegistry()
    for (let count = 0; count < 10_000; count += 1) registry.create(settings)
    expect(() => registry.create(settings)).toThrow(
      expect.objectContaining({ code: 429, status: 'RESOURCE_EXHAUSTED' })
    )
  })
})
