import { EventBridgeServiceException } from '@aws-sdk/client-eventbridge'
import { describe, expect, test } from 'vitest'
import { toFault } from '../../../adapters/eventbridge/error.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'

interface Group {
  /** With a space between. */
  readonly names: string
  readonly kind: 'never' | 'record' | 'mend' | 'passing'
  /** The message up to the parentheses. */
  readonly says: string
  /** The message after them. */
  readonly remedy: string
  /** Whether AWS's own words are in the parentheses, too. */
  readonly quotes?: true
}

/** What AWS answers to a request, or for an entry. */
const answers: Group[] = [
  {
    names: 'ThrottlingException Throttling TooManyRequestsException RequestLimitExceeded',
    kind: 'passing',
    says: 'EventBridge takes no more events for the bus "jobs" now',
    remedy: 'If it lasts, have the PutEvents quota raised.'
  },
  {
    names: `InternalFailure InternalException InternalServerError InternalError ServiceUnavailable
      ServiceUnavailableException RequestTimeout`,
    kind: 'passing',
    says: 'EventBridge has a fault of its own with the bus "jobs"',
    remedy: "See AWS's health dashboard."
  },
  {
    names: `AccessDeniedException AccessDenied NotAuthorized OptInRequired NotAuthorizedForSourceException
      NotAuthorizedForDetailTypeException`,
    kind: 'mend',
    says: 'EventBridge does not let the bridge put events on the bus "jobs"',
    remedy: 'Grant its role events:PutEvents on the bus.',
    quotes: true
  },
  {
    names: `UnrecognizedClientException InvalidClientTokenId MissingAuthenticationToken
      MissingAuthenticationTokenException IncompleteSignature SignatureDoesNotMatch InvalidSignatureException
      ExpiredToken ExpiredTokenException RequestExpired CredentialsProviderError TokenProviderError
      InvalidAccountIdException`,
    kind: 'mend',
    says: 'AWS refused the bridge\'s credentials for the bus "jobs"',
    remedy: "Check the role or the keys, and the machine's clock."
  },
  {
    names: 'ResourceNotFoundException',
    kind: 'mend',
    says: 'There is no bus "jobs" in EventBridge',
    remedy: 'Create it, or correct bus and region.'
  },
  {
    names: 'MalformedDetail',
    kind: 'never',
    says: 'EventBridge does not take the event\'s detail for JSON, on the bus "jobs"',
    remedy: 'Use detail: event.'
  },
  {
    names: `InvalidArgument ValidationException ValidationError RedactionFailure InvalidParameterValue
      RequestEntityTooLarge RequestEntityTooLargeException`,
    kind: 'record',
    says: 'EventBridge refused the event for the bus "jobs"',
    remedy: 'If it is for its size, lower sizeLimit; otherwise check bus and source.',
    quotes: true
  }
]

/** What Node says of sockets. */
const sockets: Group[] = [
  {
    names: 'ECONNREFUSED ECONNRESET ENOTFOUND EAI_AGAIN EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH',
    kind: 'passing',
    says: 'EventBridge cannot be reached for the bus "jobs"',
    remedy: 'Check region, endpoint and the network.'
  },
  {
    names: 'EPROTO',
    kind: 'mend',
    says: 'What answers for the bus "jobs" is not EventBridge',
    remedy: 'Check endpoint, and what stands before it.'
  },
  {
    names: `DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN CERT_HAS_EXPIRED UNABLE_TO_VERIFY_LEAF_SIGNATURE
      UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_GET_ISSUER_CERT ERR_TLS_CERT_ALTNAME_INVALID`,
    kind: 'mend',
    says: "EventBridge's TLS certificate is not trusted",
    remedy: 'Check endpoint, or NODE_EXTRA_CA_CERTS.'
  }
]

const WORDS = 'it happened'

function codesOf({ name, code, $metadata }: Error & { code?: unknown; $metadata?: unknown }): object {
  return { name, ...(code !== undefined && { code }), ...($metadata !== undefined && { $metadata }) }
}

type Make = (name: string, words: string) => Error
const ofRequest: Make = (name, message) =>
  new EventBridgeServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 400 } })
const ofEntry: Make = (name, words) => Object.assign(new Error(words), { name })
const ofSocket: Make = (code, words) => Object.assign(new Error(words), { code })
/** The client gives some errors of sockets a name of its own. */
const ofSlowSocket: Make = (code, words) => Object.assign(ofSocket(code, words), { name: 'TimeoutError' })
const asCause =
  (make: Make): Make =>
  (name, words) =>
    new Error('it failed', { cause: make(name, words) })

const ways: [how: string, groups: Group[], make: Make][] = [
  ['of a request', answers, ofRequest],
  ['of an entry', answers, ofEntry],
  ['of a socket', sockets, ofSocket],
  ['of a slow socket', sockets, ofSlowSocket]
]

describe.each(ways)('%s:', (_how, groups, make) => {
  const rows = groups.flatMap(group => group.names.split(/\s+/).map(name => [name, group] as const))

  test.each(rows)('%s', (name, { kind, says, remedy, quotes }) => {
    const detail = quotes ? `${WORDS}, ${name}` : name
    for (const cause of [make(name, WORDS), asCause(make)(name, WORDS)]) {
      const fault = toFault(cause, 'jobs')
      expect(fault.error.message).toBe(`${says} (${detail}). ${remedy}`.trimEnd())
      expect(fault.error).toBeInstanceOf(kind === 'never' ? EventError : UnavailableError)
      expect(fault.kind).toBe(kind === 'never' ? 'record' : kind)
    }
  })

  test.each(rows)('of %s, the cause has the codes, and words where they are harmless', (name, { quotes }) => {
    const error = make(name, WORDS)
    const { cause } = toFault(error, 'jobs').error
    if (quotes) expect(cause).toBe(error)
    else expect(cause).toMatchObject({ ...codesOf(error), message: '' })
  })

  test.each(rows)('the text of %s decides nothing', (name, { quotes }) => {
    const { error, kind } = toFault(make(name, WORDS), 'jobs')
    const garbled = toFault(make(name, 'ECONNREFUSED MalformedDetail'), 'jobs')
    expect(garbled.kind).toBe(kind)
    expect(garbled.error.constructor).toBe(error.constructor)
    const text = quotes ? error.message.replace(WORDS, 'ECONNREFUSED MalformedDetail') : error.message
    expect(garbled.error.message).toBe(text)
  })

  test.each(rows)('%s means nothing as a text', name => {
    const { error, kind } = toFault(new Error(`${name}: ${WORDS}`), 'jobs')
    expect(error.message).toBe(`EventBridge did not accept the event for the bus "jobs". See AWS's health dashboard.`)
    expect(kind).toBe('passing')
  })
})
