import { expect, test } from 'vitest'
import { eventTypes } from '../../src/event-types.ts'
import { typeLabel } from '../../src/telemetry/metrics.ts'

test('the documented types are labels; whatever else senders make up is one more', () => {
  expect(eventTypes.map(typeLabel)).toEqual([...eventTypes])
  for (const type of ['ping', 'batch.succeeded ', 'toString', '__proto__', '']) expect(typeLabel(type)).toBe('other')
})
