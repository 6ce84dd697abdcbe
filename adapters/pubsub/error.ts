import { type Finding, UnavailableError } from '../../src/adapter.ts'
import { withoutWords } from '../lane/discreet.ts'
import { type Entry, type Fault, type Faults, toFault as faultOf } from '../lane/fault.ts'
import { toFinding as findingOf } from '../lane/finding.ts'

/** By their numbers. @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED'
]

const unanswered: Entry = {
  kind: 'passing',
  says: topic => `Pub/Sub did not answer for "${topic}". See whether the endpoint can be reached.`
}

const entries: Readonly<Record<string, Entry>> = {
  INVALID_ARGUMENT: {
    kind: 'record',
    says: (topic, detail) =>
      `Pub/Sub refused the event for "${topic}"${detail}. If the topic has a schema, change it or contentMode.`
  },
  NOT_FOUND: {
    kind: 'mend',
    about: 'exists',
    says: (topic, detail) => `There is no "${topic}" in Pub/Sub${detail}. Create the topic, or correct topic.`
  },
  PERMISSION_DENIED: {
    kind: 'mend',
    about: 'permission',
    says: (topic, detail) =>
      `Pub/Sub does not let the bridge publish to "${topic}"${detail}. Grant its service account roles/pubsub.publisher on the topic.`
  },
  UNAUTHENTICATED: {
    kind: 'mend',
    about: 'authenticated',
    says: (topic, detail) =>
      `Pub/Sub refused the credentials for "${topic}"${detail}. Check the bridge's application default credentials.`
  },
  FAILED_PRECONDITION: {
    kind: 'mend',
    says: (topic, detail) =>
      `Pub/Sub cannot take events for "${topic}" as it is set up${detail}. See the topic's encryption key and its state.`
  },
  UNIMPLEMENTED: {
    kind: 'mend',
    says: (topic, detail) =>
      `What answers for "${topic}" is not Pub/Sub${detail}. Correct endpoint, or PUBSUB_EMULATOR_HOST.`
  },
  RESOURCE_EXHAUSTED: {
    kind: 'passing',
    says: (topic, detail) => `A quota of Pub/Sub is used up for "${topic}"${detail}. If it lasts, have it raised.`
  },
  UNAVAILABLE: {
    kind: 'passing',
    says: (topic, detail) =>
      `Pub/Sub cannot be reached for "${topic}"${detail}. Check the network, and endpoint or PUBSUB_EMULATOR_HOST.`
  },
  DEADLINE_EXCEEDED: unanswered,
  TimeoutError: unanswered
}

const unknown: Entry = {
  kind: 'passing',
  says: (topic, detail) =>
    `Pub/Sub did not accept the event for "${topic}"${detail}. See the topic in the Google Cloud console.`
}

/**
 * The statuses that come from the service alone, whose words say what to change. The others may come from obtaining a
 * credential, and quote it.
 */
const QUOTED = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'UNAVAILABLE'
]

const faults: Faults = { entries, unknown, codesOf, detailOf }

/** What an error of the Pub/Sub client means, by its gRPC status. Whatever is not known may pass. */
export function toFault(cause: unknown, topic: string): Fault {
  return faultOf(withoutWords(cause, mayQuote), topic, faults)
}

/** What it tells whoever only looks at the topic. */
export function toFinding(cause: unknown, topic: string): Finding {
  return findingOf(withoutWords(cause, mayQuote), topic, faults)
}

/** Requests go out, and no answer comes. */
export function silence(topic: string): UnavailableError {
  return new UnavailableError(unanswered.says(topic, ''))
}

/** Whether an answer was waited for in vain. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && codesOf(error).some(code => entries[code] === unanswered)
}

function codesOf(error: Error): string[] {
  const code = numberOf(error) ?? -1
  // What the token endpoint answered, by HTTP. Between these and gRPC's, an aborted signal has a number, too.
  if (code >= 400) return [code < 500 && ![408, 429].includes(code) ? 'UNAUTHENTICATED' : 'UNAVAILABLE']
  return [STATUSES[code] ?? error.name]
}

function mayQuote(error: Error): boolean {
  return QUOTED.includes(STATUSES[numberOf(error) ?? -1] ?? '')
}

function numberOf(error: Error): number | undefined {
  return 'code' in error && typeof error.code === 'number' ? error.code : undefined
}

/** The service's own words. */
function detailOf(chain: readonly Error[]): string | undefined {
  return chain.flatMap(error => ('details' in error && typeof error.details === 'string' ? error.details : []))[0]
}
