import { expect } from 'vitest'
import { type Delivery, isAcknowledged } from './load.ts'

/** `limits.acknowledge` by default, and a second for the sender, who shares the machine with the brokers. */
const DEADLINE_MS = 5000
const AT_ONCE_MS = 1000
/** While a destination is down, one event at a time tries it, and may have to wait for its deadline. */
const PROBES = 0.02

/** What was not acknowledged, which must all have been refused as an outage is, within the deadline. */
export function refusals(deliveries: readonly Delivery[]): Delivery[] {
  const refused = deliveries.filter(delivery => !isAcknowledged(delivery))
  const answers = new Set(refused.map(({ status, code }) => `${status} ${code}`))
  expect([...answers]).toEqual(refused.length > 0 ? ['503 ERR_DESTINATION'] : [])
  const longest = refused.reduce((longest, { ms }) => Math.max(longest, ms), 0)
  expect(longest, 'milliseconds to the slowest refusal').toBeLessThan(DEADLINE_MS)
  return refused
}

/** Whatever was sent after the first refusal had come was refused at once: there is no use in waiting. */
export function expectRefusedAtOnce(refused: readonly Delivery[]): void {
  const first = Math.min(...refused.map(({ sentAt, ms }) => sentAt + ms))
  const later = refused.filter(({ sentAt }) => sentAt > first)
  const slow = later.filter(({ ms }) => ms >= AT_ONCE_MS)
  expect(later.length).toBeGreaterThan(0)
  expect(slow.length / later.length, `${slow.length} of ${later.length} waited`).toBeLessThan(PROBES)
}
