import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAdmission } from '../../src/deliver/admission.ts'
import { UnavailableError } from '../../src/errors.ts'

const busy = expect.objectContaining({ code: 'ERR_BUSY', statusCode: 503 })

function fill(admission: ReturnType<typeof createAdmission>, count: number, bytes = 0) {
  return Array.from({ length: count }, () => admission.enter(bytes))
}

describe('requests', () => {
  test('are let in up to the limit, and no further', () => {
    const admission = createAdmission({ requests: 3, bytes: 1000 })
    fill(admission, 3)
    expect(() => admission.check(0)).toThrow(busy)
    expect(() => admission.enter(0)).toThrow(UnavailableError)
    expect(admission.requests).toBe(3)
  })

  test('once at the limit, are let in again at nine tenths of it', () => {
    const admission = createAdmission({ requests: 20, bytes: 1000 })
    const [first, second] = fill(admission, 20)
    expect(() => admission.check(0)).toThrow(busy)
    first?.()
    expect(() => admission.enter(0)).toThrow(busy)
    second?.()
    expect(admission.requests).toBe(18)
    fill(admission, 2)
    expect(() => admission.enter(0)).toThrow(busy)
  })

  test('one at a time is a limit, too', () => {
    const admission = createAdmission({ requests: 1, bytes: 1000 })
    for (let i = 0; i < 3; i += 1) {
      const leave = admission.enter(1)
      expect(() => admission.enter(1)).toThrow(busy)
      leave()
    }
  })
})

describe('bytes', () => {
  test('are let in up to the limit, and no further', () => {
    const admission = createAdmission({ requests: 10, bytes: 100 })
    admission.enter(60)
    admission.enter(40)
    expect(admission.bytes).toBe(100)
    expect(() => admission.enter(1)).toThrow(busy)
    expect(admission.bytes).toBe(100)
  })

  test('once at the limit, are let in again at nine tenths of it', () => {
    const admission = createAdmission({ requests: 100, bytes: 100 })
    const [first, second] = fill(admission, 20, 5)
    expect(() => admission.check(1)).toThrow(busy)
    first?.()
    expect(() => admission.enter(1)).toThrow(busy)
    second?.()
    expect(() => admission.enter(10)).not.toThrow()
  })

  test('stay within the limit when a large body comes as the gate opens again', () => {
    const admission = createAdmission({ requests: 10, bytes: 100 })
    const leave = admission.enter(20)
    admission.enter(80)
    expect(() => admission.enter(1)).toThrow(busy)
    leave()
    expect(() => admission.enter(50)).toThrow(busy)
    expect(admission.bytes).toBe(80)
  })

  test('a body that does not fit shuts nobody else out', () => {
    const admission = createAdmission({ requests: 10, bytes: 100 })
    admission.enter(80)
    expect(() => admission.enter(50)).toThrow(busy)
    expect(() => admission.enter(20)).not.toThrow()
  })
})

test('what a stranger claims to send shuts nobody out', () => {
  const admission = createAdmission({ requests: 100, bytes: 100 })
  fill(admission, 31, 3)
  expect(() => admission.check(1000)).toThrow(busy)
  expect(() => admission.enter(5)).not.toThrow()
})

test('check only looks', () => {
  const admission = createAdmission({ requests: 1, bytes: 1 })
  for (let i = 0; i < 3; i += 1) admission.check(1)
  expect(admission).toMatchObject({ requests: 0, bytes: 0 })
})

test('the refusal tells the operator what is full, and what to do', () => {
  const admission = createAdmission({ requests: 1, bytes: 100 })
  admission.enter(7)
  expect(() => admission.check(1)).toThrow(/1 verified webhooks with 7 bytes.*limits\.inFlightRequests/)
})

test('whatever comes and goes: never above a limit, never shut when all have left', () => {
  const limits = { requests: 5, bytes: 50 }
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.constant('leave' as const)), { maxLength: 200 }), steps => {
      const admission = createAdmission(limits)
      const inside: { bytes: number; leave: () => void }[] = []
      for (const step of steps) {
        if (step === 'leave') inside.shift()?.leave()
        else {
          try {
            inside.push({ bytes: step, leave: admission.enter(step) })
          } catch (error) {
            expect(error).toEqual(busy)
          }
        }
        expect(admission.requests).toBe(inside.length)
        expect(admission.bytes).toBe(inside.reduce((sum, { bytes }) => sum + bytes, 0))
        expect(admission.requests).toBeLessThanOrEqual(limits.requests)
        expect(admission.bytes).toBeLessThanOrEqual(limits.bytes)
      }
      for (const { leave } of inside) leave()
      expect(() => admission.check(limits.bytes)).not.toThrow()
    })
  )
})
