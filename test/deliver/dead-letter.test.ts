import { expect, test } from 'vitest'
import { toDeadLetter } from '../../src/deliver/dead-letter.ts'
import { toStructured } from '../../src/event.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

const body = Buffer.from([0x7b, 0xff, 0x00, 0x0a])
const typePrefix = 'com.google.gemini.'
const letterOf = (event: Parameters<typeof toDeadLetter>[0], destination?: string) =>
  toDeadLetter(event, { body, destination, reason: 'ERR_EVENT', typePrefix })

test('of an event that a destination refused', () => {
  const event = sampleEvent('{"id":"batches/1"}', { id: 'msg_1' })
  const letter = letterOf(event, 'analytics')
  expect(letter).toStrictEqual({
    specversion: '1.0',
    id: 'msg_1.dead_letter.analytics',
    source: '//generativelanguage.googleapis.com/projects/acme',
    type: 'com.google.gemini.dead_letter',
    subject: 'batches/1',
    datacontenttype: 'application/octet-stream',
    recordedtime: '2026-01-22T12:00:01.000Z',
    partitionkey: 'batches/1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    originalid: 'msg_1',
    originaltype: 'com.google.gemini.batch.succeeded',
    deadletterreason: 'ERR_EVENT',
    deadletterdest: 'analytics',
    data: body
  })
  expect(letter.data).toBe(body)
  expect(Object.isFrozen(letter)).toBe(true)
  expect(letterOf(event, 'analytics')).toEqual(letter)
  expect(letterOf(event, 'erp').id).not.toBe(letter.id)
})

test('of a body that is no event: only what is known', () => {
  expect(letterOf({ id: 'msg_1', source: '//a', recordedtime: '2026-01-22T12:00:01.000Z' })).toStrictEqual({
    specversion: '1.0',
    id: 'msg_1.dead_letter.envelope',
    source: '//a',
    type: 'com.google.gemini.dead_letter',
    datacontenttype: 'application/octet-stream',
    recordedtime: '2026-01-22T12:00:01.000Z',
    partitionkey: 'msg_1',
    originalid: 'msg_1',
    deadletterreason: 'ERR_EVENT',
    data: body
  })
})

test('keeps the bytes in structured form, whatever they are', () => {
  expect(JSON.parse(toStructured(letterOf(sampleEvent(), 'analytics')))).toMatchObject({
    datacontenttype: 'application/octet-stream',
    data_base64: 'e/8ACg=='
  })
})
