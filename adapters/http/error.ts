import { type Finding, UnavailableError } from '../../src/adapter.ts'
import { withoutWords } from '../lane/discreet.ts'
import { type Entry, type Fault, type Faults, toFault as faultOf } from '../lane/fault.ts'
import { toFinding as findingOf } from '../lane/finding.ts'

/** An answer that accepts nothing: of all that it says, its status, and where a redirect leads. */
export class AnswerError extends Error {
  readonly status: number
  /** Of a redirect's address, scheme, host and port: the rest may hold secrets. */
  readonly origin: string | undefined

  constructor(status: number, origin?: string) {
    super(`HTTP ${status}`)
    this.status = status
    this.origin = origin
  }
}

const unreachable: Entry = {
  kind: 'passing',
  says: (url, detail) => `${url} cannot be reached${detail}. Check url, the network, and whether it is up.`
}
const closed: Entry = {
  kind: 'passing',
  says: (url, detail) => `${url} closed the connection instead of answering${detail}. See its own log.`
}
const unanswered: Entry = {
  kind: 'passing',
  says: url => `${url} did not answer. See whether it is up.`
}
const untrusted: Entry = {
  kind: 'mend',
  says: (url, detail) =>
    `The TLS certificate of ${url} is not trusted${detail}. Check url, or start the bridge with NODE_EXTRA_CA_CERTS.`
}
const foreign: Entry = {
  kind: 'mend',
  says: (url, detail) => `What answers at ${url} does not speak the bridge's TLS${detail}. Check url: scheme and port.`
}
const gone: Entry = {
  kind: 'mend',
  about: 'exists',
  says: (url, detail) => `Nothing takes events at ${url}${detail}. Check url.`
}
const busy: Entry = {
  kind: 'passing',
  says: (url, detail) => `${url} takes no more events now${detail}. If it lasts, raise its limits.`
}

/** Statuses, their classes, Node's codes, and the first part of those codes that are many. */
const entries: Readonly<Record<string, Entry>> = {
  'HTTP 400': {
    kind: 'record',
    never: true,
    says: (url, detail) => `${url} does not take the request for an event${detail}. Check url and contentMode.`
  },
  'HTTP 401': {
    kind: 'mend',
    about: 'authenticated',
    says: (url, detail) => `${url} does not know the bridge${detail}. Check token, headers and query.`
  },
  'HTTP 403': {
    kind: 'mend',
    about: 'permission',
    says: (url, detail) =>
      `${url} does not let the bridge send events${detail}. Check token, headers and query, and what they permit.`
  },
  'HTTP 404': gone,
  'HTTP 405': gone,
  'HTTP 410': gone,
  'HTTP 413': {
    kind: 'record',
    never: true,
    says: (url, detail) =>
      `The event is larger than ${url} takes${detail}. Raise its limit, or route the event elsewhere.`
  },
  'HTTP 415': {
    kind: 'record',
    never: true,
    says: (url, detail) => `${url} does not take events of this content type${detail}. Change contentMode.`
  },
  'HTTP 422': {
    kind: 'record',
    never: true,
    says: (url, detail) =>
      `${url} refuses the event for what it says${detail}. See its own log, or route the event elsewhere.`
  },
  'HTTP 431': {
    kind: 'mend',
    says: (url, detail) => `The headers are larger than ${url} takes${detail}. Use contentMode: structured.`
  },
  'HTTP 408': busy,
  'HTTP 425': busy,
  'HTTP 429': busy,
  'HTTP 503': busy,
  'HTTP 3xx': {
    kind: 'mend',
    says: (url, detail) =>
      `${url} answers with a redirect, which the bridge never follows${detail}. Write its final address.`
  },
  'HTTP 4xx': {
    kind: 'mend',
    says: (url, detail) => `${url} refuses the request${detail}. See its own log, and check url, token and headers.`
  },
  'HTTP 5xx': {
    kind: 'passing',
    says: (url, detail) => `${url} has a fault of its own${detail}. See its own log.`
  },
  ...named(unreachable, ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']),
  ...named(closed, ['ECONNRESET', 'EPIPE']),
  ...named(untrusted, ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED']),
  ...named(untrusted, ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY']),
  ...named(untrusted, ['UNABLE_TO_GET_ISSUER_CERT', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']),
  ...named(foreign, ['EPROTO', 'ERR_SSL']),
  HPE: {
    kind: 'mend',
    says: (url, detail) => `What answers at ${url} does not speak HTTP/1.1${detail}. Check url: scheme and port.`
  },
  TimeoutError: unanswered
}

const unknown: Entry = {
  kind: 'passing',
  says: (url, detail) => `${url} did not accept the event${detail}. See its own log.`
}

const faults: Faults = { entries, unknown, codesOf, detailOf }

/** What an answer, or the failure to get one, means, by its status or code. Whatever is not known may pass. */
export function toFault(cause: unknown, url: string): Fault {
  return faultOf(withoutWords(cause, isAnswer), url, faults)
}

/** What it tells whoever only looks at the receiver. */
export function toFinding(cause: unknown, url: string): Finding {
  return findingOf(withoutWords(cause, isAnswer), url, faults)
}

/** Requests go out, and no answer comes. */
export function silence(url: string): UnavailableError {
  return new UnavailableError(unanswered.says(url, ''))
}

function codesOf(error: Error): string[] {
  if (isAnswer(error)) return [`HTTP ${error.status}`, `HTTP ${Math.floor(error.status / 100)}xx`]
  const { code, name }: Error & { code?: unknown } = error
  const codes = [code, name].filter(text => typeof text === 'string')
  const [family] = /^(HPE|ERR_SSL)(?=_)/.exec(codes[0] ?? '') ?? []
  return family === undefined ? codes : [...codes, family]
}

function detailOf(chain: readonly Error[]): string | undefined {
  const origin = chain.find(isAnswer)?.origin
  return origin && `to ${origin}`
}

function isAnswer(error: Error): error is AnswerError {
  return error instanceof AnswerError
}

function named(entry: Entry, names: readonly string[]): Record<string, Entry> {
  return Object.fromEntries(names.map(name => [name, entry]))
}
