import { expect, test } from 'vitest'
import { traceFields } from '../../src/telemetry/trace-fields.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

test('the names that Cloud Logging knows, with the project where it is known', () => {
  expect(traceFields({ traceId, spanId: '00f067aa0ba902b7', sampled: true }, 'acme')).toEqual({
    'logging.googleapis.com/trace': `projects/acme/traces/${traceId}`,
    'logging.googleapis.com/spanId': '00f067aa0ba902b7',
    'logging.googleapis.com/trace_sampled': true
  })
  expect(traceFields({ traceId, sampled: false }, undefined)).toEqual({
    'logging.googleapis.com/trace': traceId,
    'logging.googleapis.com/trace_sampled': false
  })
})
