import { type Finding, UnavailableError } from '../../src/adapter.ts'
import { withoutWords } from '../lane/discreet.ts'
import { type Entry, type Fault, type Faults, toFault as faultOf } from '../lane/fault.ts'
import { toFinding as findingOf } from '../lane/finding.ts'

const throttled: Entry = {
  kind: 'passing',
  says: (bus, detail) =>
    `EventBridge takes no more events for the bus "${bus}" now${detail}. If it lasts, have the PutEvents quota raised.`
}
const failing: Entry = {
  kind: 'passing',
  says: (bus, detail) =>
    `EventBridge has a fault of its own with the bus "${bus}"${detail}. See AWS's health dashboard.`
}
const forbidden: Entry = {
  kind: 'mend',
  about: 'permission',
  says: (bus, detail) =>
    `EventBridge does not let the bridge put events on the bus "${bus}"${detail}. Grant its role events:PutEvents on the bus.`
}
const credentials: Entry = {
  kind: 'mend',
  about: 'authenticated',
  says: (bus, detail) =>
    `AWS refused the bridge's credentials for the bus "${bus}"${detail}. Check the role or the keys, and the machine's clock.`
}
const unreachable: Entry = {
  kind: 'passing',
  says: (bus, detail) =>
    `EventBridge cannot be reached for the bus "${bus}"${detail}. Check region, endpoint and the network.`
}
const unanswered: Entry = {
  kind: 'passing',
  says: bus => `EventBridge did not answer for the bus "${bus}". See whether the endpoint can be reached.`
}
const untrusted: Entry = {
  kind: 'mend',
  says: (_, detail) => `EventBridge's TLS certificate is not trusted${detail}. Check endpoint, or NODE_EXTRA_CA_CERTS.`
}
const foreign: Entry = {
  kind: 'mend',
  says: (bus, detail) =>
    `What answers for the bus "${bus}" is not EventBridge${detail}. Check endpoint, and what stands before it.`
}
const invalid: Entry = {
  kind: 'record',
  says: (bus, detail) =>
    `EventBridge refused the event for the bus "${bus}"${detail}. If it is for its size, lower sizeLimit; otherwise check bus and source.`
}

/** The names that AWS gives to errors of requests and of entries, Node's codes, and statuses where there is no name. */
const entries: Readonly<Record<string, Entry>> = {
  ...named(throttled, ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded']),
  'HTTP 429': throttled,
  ...named(failing, ['InternalFailure', 'InternalException', 'InternalServerError', 'InternalError']),
  ...named(failing, ['ServiceUnavailable', 'ServiceUnavailableException', 'RequestTimeout']),
  ...named(forbidden, ['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'OptInRequired']),
  ...named(forbidden, ['NotAuthorizedForSourceException', 'NotAuthorizedForDetailTypeException']),
  ...named(credentials, ['UnrecognizedClientException', 'InvalidClientTokenId', 'MissingAuthenticationToken']),
  ...named(credentials, ['MissingAuthenticationTokenException', 'IncompleteSignature', 'SignatureDoesNotMatch']),
  ...named(credentials, ['InvalidSignatureException', 'ExpiredToken', 'ExpiredTokenException', 'RequestExpired']),
  ...named(credentials, ['CredentialsProviderError', 'TokenProviderError', 'InvalidAccountIdException']),
  ResourceNotFoundException: {
    kind: 'mend',
    about: 'exists',
    says: (bus, detail) => `There is no bus "${bus}" in EventBridge${detail}. Create it, or correct bus and region.`
  },
  MalformedDetail: {
    kind: 'record',
    never: true,
    says: (bus, detail) =>
      `EventBridge does not take the event's detail for JSON, on the bus "${bus}"${detail}. Use detail: event.`
  },
  ...named(invalid, ['InvalidArgument', 'ValidationException', 'ValidationError', 'RedactionFailure']),
  ...named(invalid, ['InvalidParameterValue', 'RequestEntityTooLarge', 'RequestEntityTooLargeException']),
  'HTTP 413': { ...invalid, kind: 'size' },
  ...named(unreachable, ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT']),
  ...named(unreachable, ['EHOSTUNREACH', 'ENETUNREACH']),
  ...named(foreign, ['HTTP 301', 'HTTP 302', 'HTTP 307', 'HTTP 308', 'HTTP 403', 'HTTP 404', 'HTTP 405', 'EPROTO']),
  ...named(untrusted, ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED']),
  ...named(untrusted, ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY']),
  ...named(untrusted, ['UNABLE_TO_GET_ISSUER_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID']),
  TimeoutError: unanswered
}

const unknown: Entry = {
  kind: 'passing',
  says: (bus, detail) =>
    `EventBridge did not accept the event for the bus "${bus}"${detail}. See AWS's health dashboard.`
}

const faults: Faults = { entries, unknown, codesOf, detailOf }

/** What an error of the AWS client, or of one entry, means, by its name or code. Whatever is not known may pass. */
export function toFault(cause: unknown, bus: string): Fault {
  return faultOf(withoutWords(cause, mayQuote), bus, faults)
}

/** What it tells whoever only looks at the bus. */
export function toFinding(cause: unknown, bus: string): Finding {
  return findingOf(withoutWords(cause, mayQuote), bus, faults)
}

/** Requests go out, and no answer comes. */
export function silence(bus: string): UnavailableError {
  return new UnavailableError(unanswered.says(bus, ''))
}

/** How the client calls an answer that names no error, or is no JSON: its status says more. */
const NAMELESS = ['Unknown', 'SyntaxError']

function codesOf(error: Error): string[] {
  const { code, name, $metadata }: Error & { code?: unknown; $metadata?: { httpStatusCode?: number } } = error
  const status = $metadata?.httpStatusCode
  if (status !== undefined && NAMELESS.includes(name)) return [`HTTP ${status}`]
  return [code, name].filter(text => typeof text === 'string')
}

/**
 * Whether AWS's own words say what to change. Elsewhere they may hold what nobody should see: a refused signature comes
 * with the headers that were signed, the session's token among them.
 */
function mayQuote({ name }: Error): boolean {
  return [forbidden, invalid].some(entry => entries[name] === entry)
}

function detailOf(chain: readonly Error[]): string | undefined {
  return chain.find(mayQuote)?.message
}

function named(entry: Entry, names: readonly string[]): Record<string, Entry> {
  return Object.fromEntries(names.map(name => [name, entry]))
}
