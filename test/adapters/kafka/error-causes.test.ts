import { describe, expect, test } from 'vitest'
import { toFault } from '../../../adapters/kafka/error.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { answer, answerOf, BROKER, node, own, socket, wraps } from './kafkajs-errors.ts'

describe('what is not known', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ECONNREFUSED'],
    ['an object that is no error', { code: 'MESSAGE_TOO_LARGE' }],
    ['an error', new Error('boom')],
    ['an answer that kafkajs does not know', answerOf(999)],
    ['an answer that this bridge does not know', answer('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')],
    ['a number for a code', Object.assign(new Error('boom'), { code: 10, type: 10 })],
    ['a code that every object has', node('constructor')],
    ['a code that is a name of JavaScript', node('__proto__')]
  ])('may pass: %s', (_what, cause) => {
    const { error, kind } = toFault(cause, 'jobs')
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toMatch('did not accept the event for the topic "jobs"')
    expect(error.cause).toBe(cause)
    expect(kind).toBe('passing')
  })

  test('is named by its code, and by the broker', () => {
    expect(toFault(answer('INVALID_REQUIRED_ACKS'), 'jobs').error.message).toMatch(' (INVALID_REQUIRED_ACKS).')
    const at = Object.assign(node('ESOMETHING'), { broker: BROKER })
    expect(toFault(at, 'jobs').error.message).toMatch(` (${BROKER}, ESOMETHING).`)
    expect(toFault(own('KafkaJSError', { cause: at }), 'jobs').error.message).toMatch(` (${BROKER}, ESOMETHING).`)
  })
})

describe('causes', () => {
  test('the innermost known one decides', () => {
    const inner = Object.assign(answer('MESSAGE_TOO_LARGE'), { cause: new Error('boom') })
    const outer = Object.assign(socket('ECONNRESET'), { cause: inner })
    expect(toFault(outer, 'jobs').error).toBeInstanceOf(EventError)
    const name = Object.assign(own('KafkaJSConnectionError', { broker: BROKER }), { cause: node('CERT_HAS_EXPIRED') })
    expect(toFault(name, 'jobs').error.message).toMatch(
      /certificate is not trusted \(kafka-1.example.com:9092, CERT_HAS_EXPIRED\)/
    )
  })

  test.each([1, 2, 3])('may form a circle of %s', length => {
    const circle = Array.from({ length }, (_, index) => node(`E${index}`))
    for (const [index, error] of circle.entries()) error.cause = circle[(index + 1) % length]
    expect(toFault(circle[0], 'jobs').kind).toBe('passing')
    Object.assign(circle.at(-1) ?? {}, { code: 'TOPIC_AUTHORIZATION_FAILED' })
    expect(toFault(circle[0], 'jobs').error.message).toMatch(/Grant its user/)
  })
})

describe('an UnavailableError from within, as of a token provider,', () => {
  const within = new UnavailableError('The token endpoint said no. Mend it.')

  test.each(wraps)('goes through: %s', async (_how, wrap) => {
    expect(toFault(await wrap(within), 'jobs')).toEqual({ error: within, kind: 'mend' })
    expect(toFault(await wrap(within), 'jobs').error).toBe(within)
  })

  test('counts more than what came of it, or what it came from', () => {
    const outer = Object.assign(own('KafkaJSSASLAuthenticationError'), { cause: within })
    expect(toFault(outer, 'jobs').error).toBe(within)
    const inner = new UnavailableError('no', { cause: node('ECONNREFUSED') })
    expect(toFault(inner, 'jobs').error).toBe(inner)
  })
})
