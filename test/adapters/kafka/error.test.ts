import { describe, expect, test } from 'vitest'
import { silence, toFault } from '../../../adapters/kafka/error.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { answer, BROKER, own, socket, wraps } from './kafkajs-errors.ts'

type Row = [code: string, make: () => Error, kind: 'size' | 'record' | 'mend' | 'passing', says: RegExp]

const unreachable = new RegExp(`cannot be reached \\(${BROKER}, \\w+\\)\\. Check brokers`)
const untrusted = new RegExp(`certificate is not trusted \\(${BROKER}, \\w+\\)\\. Check tls\\.ca.*tls\\.servername`)
const leaderless = /topic "jobs" has no leader now.*see which brokers/
const credentials = /refused the credentials \(.*\)\. Check sasl/

const table: Row[] = [
  ...(
    [
      ['MESSAGE_TOO_LARGE', 'size', /"jobs".*max\.message\.bytes.*compression: gzip/],
      ['RECORD_LIST_TOO_LARGE', 'size', /"jobs".*max\.message\.bytes.*compression: gzip/],
      ['UNKNOWN_TOPIC_OR_PARTITION', 'passing', /topic "jobs" does not exist\. Create it, or correct topic/],
      ['INVALID_TOPIC_EXCEPTION', 'mend', /"jobs" as a topic\. Correct topic/],
      ['TOPIC_AUTHORIZATION_FAILED', 'mend', /topic "jobs"\. Grant its user WRITE/],
      ['CLUSTER_AUTHORIZATION_FAILED', 'mend', /"jobs"\. Grant its user WRITE/],
      ['SASL_AUTHENTICATION_FAILED', 'mend', credentials],
      ['UNSUPPORTED_SASL_MECHANISM', 'mend', credentials],
      ['ILLEGAL_SASL_STATE', 'mend', credentials],
      ['LEADER_NOT_AVAILABLE', 'passing', leaderless],
      ['NOT_LEADER_FOR_PARTITION', 'passing', leaderless],
      ['FENCED_LEADER_EPOCH', 'passing', leaderless],
      ['NOT_ENOUGH_REPLICAS', 'passing', /topic "jobs".*min\.insync\.replicas\. Bring the missing brokers back/],
      ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'passing', /topic "jobs".*min\.insync\.replicas\. Bring/],
      ['KAFKA_STORAGE_ERROR', 'passing', /disk of the topic "jobs"\. See the broker's log/],
      ['POLICY_VIOLATION', 'record', /policy.*"jobs"\. Change/],
      ['INVALID_RECORD', 'record', /topic "jobs".*Set key/],
      ['REQUEST_TIMED_OUT', 'passing', /did not answer for the topic "jobs"\. See whether its brokers are alive/]
    ] as const
  ).map(([code, kind, says]): Row => [code, () => answer(code), kind, says]),
  ['KafkaJSSASLAuthenticationError', () => own('KafkaJSSASLAuthenticationError'), 'mend', credentials],
  ['KafkaJSBrokerNotFound', () => own('KafkaJSBrokerNotFound'), 'passing', leaderless],
  [
    'KafkaJSRequestTimeoutError',
    () => own('KafkaJSRequestTimeoutError', { broker: BROKER }),
    'passing',
    /"jobs"\. See whether/
  ],
  ['TimeoutError', () => new DOMException('late', 'TimeoutError'), 'passing', /"jobs"\. See whether/],
  ['KafkaJSConnectionError', () => own('KafkaJSConnectionError', { broker: BROKER }), 'passing', unreachable],
  [
    'KafkaJSConnectionClosedError',
    () => own('KafkaJSConnectionClosedError', { host: 'kafka-1.example.com', port: 9092 }),
    'passing',
    /closed the connection.*\(tls\).*\(sasl\)/
  ],
  [
    'ECONNRESET',
    () => socket('ECONNRESET'),
    'passing',
    new RegExp(`closed the connection \\(${BROKER}, ECONNRESET\\)`)
  ],
  ...['BAD_CERTIFICATE', 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_EXPIRED'].flatMap(alert =>
    [`ERR_SSL_SSL/TLS_ALERT_${alert}`, `ERR_SSL_SSLV3_ALERT_${alert}`].map(
      (code): Row => [code, () => socket(code), 'mend', /own TLS certificate.*tls\.cert and tls\.key/]
    )
  ),
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'].map(
    (code): Row => [code, () => socket(code), 'passing', unreachable]
  ),
  ...[
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID'
  ].map((code): Row => [code, () => socket(code), 'mend', untrusted]),
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    () => socket('ERR_SSL_WRONG_VERSION_NUMBER'),
    'mend',
    new RegExp(`${BROKER}.*Remove tls`)
  ]
]

describe.each(table)('%s', (_code, make, kind, says) => {
  test.each(wraps)('%s', async (_how, wrap) => {
    const cause = await wrap(make())
    const fault = toFault(cause, 'jobs')
    expect(fault.error).toBeInstanceOf(kind === 'size' ? EventError : UnavailableError)
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toMatch(says)
    expect(fault.error.cause).toBe(cause)
  })
})

describe('the text', () => {
  test.each(table)('decides nothing about %s', (_code, make) => {
    const { error, kind } = toFault(make(), 'jobs')
    const garbled = Object.defineProperty(make(), 'message', { value: 'ENOTFOUND MESSAGE_TOO_LARGE hunter2' })
    expect(garbled.message).toMatch('hunter2')
    const fault = toFault(garbled, 'jobs')
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toBe(error.message)
    expect(fault.error.constructor).toBe(error.constructor)
  })

  test.each(table)('of %s means nothing without its code', (code, make) => {
    for (const text of [code, make().message]) {
      const error = Object.assign(own('KafkaJSError'), { message: text, cause: new Error(text) })
      const fault = toFault(error, 'jobs')
      expect(fault.kind).toBe('passing')
      expect(fault.error).toBeInstanceOf(UnavailableError)
      expect(fault.error.message).toMatch(/^Kafka did not accept the event for the topic "jobs"/)
    }
  })
})

test('silence names the topic, and what to do', () => {
  expect(silence('jobs')).toBeInstanceOf(UnavailableError)
  expect(silence('jobs').message).toMatch(/did not answer for the topic "jobs"\. See whether its brokers are alive/)
})
