import { inspect } from 'node:util'
import {
  AuthenticationError,
  NetworkError,
  ResponseError,
  TimeoutError,
  UnexpectedCorrelationIdError,
  UserError
} from '@platformatic/kafka'
import { describe, expect, test } from 'vitest'
import { toFault } from '../../../../adapters/kafka/error.ts'
import { answered, answerOf, toCause } from '../../../../adapters/kafka/platformatic/cause.ts'
import { UnavailableError } from '../../../../src/errors.ts'

const BROKER = 'kafka-1.example.com:9092'
const SECRET = 'hunter2'

/** The error of a socket, as Node makes it. */
const node = (code: string) => Object.assign(new Error(`${SECRET} ${code}`), { code })
/** What the library makes of an answer with this number, and of what the broker says with it. */
const answer = (code: number) =>
  new ResponseError(36, 2, { '/': [code, `no ${SECRET}`] }, { authBytes: Buffer.from(SECRET), secret: SECRET })
const failed = (cause: Error) => new NetworkError(`Connection to ${SECRET} failed.`, { cause })
const refused = (cause: Error) => failed(new AuthenticationError(`Not ${SECRET}.`, { cause }))

const closed = /closed the connection \(kafka-1\.example\.com:9092, .*\(tls\).*\(sasl\)/
const notKafka = /does not speak Kafka's protocol \(kafka-1\.example\.com:9092, .*brokers/
const credentials = /refused the credentials \(kafka-1\.example\.com:9092, .*sasl/

const table: [what: string, error: Error, kind: 'mend' | 'passing', says: RegExp][] = [
  ['a refused connection', failed(node('ECONNREFUSED')), 'passing', /cannot be reached \(kafka-1.*, ECONNREFUSED\)/],
  [
    'one refused on all addresses of its host',
    failed(Object.assign(new AggregateError([node('ECONNREFUSED')]), { code: 'ECONNREFUSED' })),
    'passing',
    /cannot be reached \(kafka-1.*, ECONNREFUSED\)/
  ],
  ['a host that is not there', failed(node('ENOTFOUND')), 'passing', /cannot be reached \(kafka-1.*, ENOTFOUND\)/],
  ['a connection that was closed', new NetworkError('Connection closed'), 'passing', closed],
  ['one that was reset', failed(node('ECONNRESET')), 'passing', closed],
  ['one that was closed while signing in', refused(new NetworkError('Connection closed')), 'passing', closed],
  ['a certificate that nobody trusts', failed(node('SELF_SIGNED_CERT_IN_CHAIN')), 'mend', /not trusted.*tls\.ca/],
  [
    'a certificate of ours that the broker does not take',
    failed(node('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')),
    'mend',
    /own TLS certificate.*tls\.cert/
  ],
  ['a port that wants TLS', new UserError('Broker requires TLS.'), 'mend', /wants TLS \(tls\) there \(kafka-1/],
  ['a port without TLS', failed(node('ERR_SSL_WRONG_VERSION_NUMBER')), 'mend', /does not speak TLS there.*Remove tls/],
  ['a refused password', refused(answer(58)), 'mend', /\(kafka-1.*, SASL_AUTHENTICATION_FAILED\)\. Check sasl/],
  ['a mechanism that is not taken', refused(answer(33)), 'mend', /UNSUPPORTED_SASL_MECHANISM.*the mechanism/],
  ['a port without credentials', refused(answer(34)), 'mend', /ILLEGAL_SASL_STATE/],
  ['a broker that is not who it says', failed(new AuthenticationError('Invalid signature.')), 'mend', credentials],
  ['an answer to another question', failed(new UnexpectedCorrelationIdError('no')), 'passing', notKafka],
  ['an answer that is too short', Object.assign(new Error('no'), { code: 'OUT_OF_BOUNDS' }), 'passing', notKafka],
  ['a time-out of the library', new TimeoutError('Request timed out'), 'passing', closed],
  ['an answer about the topic', answered(29), 'mend', /Grant its user WRITE/],
  ['one about its leader', answered(6), 'passing', /has no leader now/],
  ['one about its replicas', answered(20), 'passing', /fewer in-sync replicas/]
]

describe.each(table)('%s', (_what, error, kind, says) => {
  const fault = toFault(toCause(error, BROKER), 'jobs')

  test('is told by its codes', () => {
    expect(fault.error).toBeInstanceOf(UnavailableError)
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toMatch(says)
  })

  test('keeps no word of it', () => {
    expect(inspect(fault.error, { depth: 20, showHidden: true })).not.toContain(SECRET)
  })
})

test("the bridge's own words go through, from within too", () => {
  const own = new UnavailableError('The token endpoint said no. Mend it.')
  expect(toFault(toCause(own, BROKER), 'jobs').error).toBe(own)
  expect(toFault(toCause(refused(own), BROKER), 'jobs').error).toBe(own)
})

test('an answer with errors is an answer; what is none, is thrown', () => {
  const response = { topics: [] }
  expect(answerOf(new ResponseError(3, 6, { '/topics/0': [3, null] }, response))).toBe(response)
  const closed = new NetworkError('Connection closed')
  expect(() => answerOf(closed)).toThrow(closed)
})
