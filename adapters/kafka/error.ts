import { type Finding, UnavailableError } from '../../src/adapter.ts'
import { type Entry, type Fault, type Faults, toFault as faultOf } from '../lane/fault.ts'
import { toFinding as findingOf } from '../lane/finding.ts'

const unreachable: Entry = {
  kind: 'passing',
  says: (_, detail) => `Kafka cannot be reached${detail}. Check brokers, the network and whether the broker is up.`
}
const untrusted: Entry = {
  kind: 'mend',
  says: (_, detail) =>
    `Kafka's TLS certificate is not trusted${detail}. Check tls.ca, and that the host in brokers, or tls.servername, stands in the certificate.`
}
const closed: Entry = {
  kind: 'passing',
  says: (_, detail) =>
    `Kafka closed the connection${detail}. If it always does, see whether the port wants TLS (tls) or credentials (sasl), or none of them.`
}
const certificate: Entry = {
  kind: 'mend',
  about: 'authenticated',
  says: (_, detail) =>
    `Kafka does not take the bridge's own TLS certificate${detail}. Name one that it trusts: tls.cert and tls.key.`
}
const leaderless: Entry = {
  kind: 'passing',
  says: topic => `A partition of the Kafka topic "${topic}" has no leader now. If it lasts, see which brokers are down.`
}
const replicas: Entry = {
  kind: 'passing',
  says: topic =>
    `The Kafka topic "${topic}" has fewer in-sync replicas than its min.insync.replicas. Bring the missing brokers back.`
}
const tooLarge: Entry = {
  kind: 'size',
  never: true,
  says: topic =>
    `The event is larger than the Kafka topic "${topic}" takes. Raise its max.message.bytes, or use compression: gzip.`
}
const credentials: Entry = {
  kind: 'mend',
  about: 'authenticated',
  says: (_, detail) =>
    `Kafka refused the credentials${detail}. Check sasl: the mechanism, the user and the password or token.`
}
const unanswered: Entry = {
  kind: 'passing',
  says: topic => `Kafka did not answer for the topic "${topic}". See whether its brokers are alive.`
}

const notKafka: Entry = {
  kind: 'passing',
  says: (_, detail) => `What answers does not speak Kafka's protocol${detail}. Check the hosts and ports in brokers.`
}

/** Our own code for answers that make no sense. */
export const NOT_KAFKA = 'NOT_KAFKA'

/** By Kafka's error names, Node's and OpenSSL's codes, and the names and codes of the clients' errors. */
const entries: Readonly<Record<string, Entry>> = {
  MESSAGE_TOO_LARGE: tooLarge,
  RECORD_LIST_TOO_LARGE: tooLarge,
  UNKNOWN_TOPIC_OR_PARTITION: {
    kind: 'passing',
    about: 'exists',
    says: topic => `The Kafka topic "${topic}" does not exist. Create it, or correct topic.`
  },
  INVALID_TOPIC_EXCEPTION: {
    kind: 'mend',
    about: 'exists',
    says: topic => `Kafka does not take "${topic}" as a topic. Correct topic.`
  },
  TOPIC_AUTHORIZATION_FAILED: {
    kind: 'mend',
    about: 'permission',
    says: topic => `Kafka does not let the bridge write to the topic "${topic}". Grant its user WRITE on the topic.`
  },
  CLUSTER_AUTHORIZATION_FAILED: {
    kind: 'mend',
    about: 'permission',
    says: topic => `Kafka does not let the bridge use the cluster of "${topic}". Grant its user WRITE on the topic.`
  },
  SASL_AUTHENTICATION_FAILED: credentials,
  PLT_KFK_AUTHENTICATION: credentials,
  KafkaJSSASLAuthenticationError: credentials,
  UNSUPPORTED_SASL_MECHANISM: credentials,
  ILLEGAL_SASL_STATE: credentials,
  LEADER_NOT_AVAILABLE: leaderless,
  NOT_LEADER_FOR_PARTITION: leaderless,
  // The same, as Kafka and its newer clients call it.
  NOT_LEADER_OR_FOLLOWER: leaderless,
  FENCED_LEADER_EPOCH: leaderless,
  KafkaJSBrokerNotFound: leaderless,
  NOT_ENOUGH_REPLICAS: replicas,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: replicas,
  KAFKA_STORAGE_ERROR: {
    kind: 'passing',
    says: topic => `Kafka cannot write to the disk of the topic "${topic}". See the broker's log.`
  },
  POLICY_VIOLATION: {
    kind: 'record',
    says: topic => `A policy of the Kafka cluster forbids the record in "${topic}". Change one of them.`
  },
  INVALID_RECORD: {
    kind: 'record',
    says: topic =>
      `The Kafka topic "${topic}" refused the record. Set key, if it is compacted: it then takes only records with one.`
  },
  REQUEST_TIMED_OUT: unanswered,
  TimeoutError: unanswered,
  KafkaJSRequestTimeoutError: unanswered,
  ECONNREFUSED: unreachable,
  // Node's code, too, when a port does not answer TLS in TLS.
  ECONNRESET: closed,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EPIPE: unreachable,
  KafkaJSConnectionError: unreachable,
  KafkaJSConnectionClosedError: closed,
  PLT_KFK_NETWORK: closed,
  [NOT_KAFKA]: notKafka,
  PLT_KFK_UNEXPECTED_CORRELATION_ID: notKafka,
  OUT_OF_BOUNDS: notKafka,
  // Of all that it could be with a configuration of the bridge's.
  PLT_KFK_USER: {
    kind: 'mend',
    says: (_, detail) => `Kafka wants TLS (tls) there${detail}. Set tls, or use the port that does without.`
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted,
  // TLS alerts, as OpenSSL 3.5 (Node 24) and 3.0 (Node 22) call them.
  ...Object.fromEntries(
    ['BAD_CERTIFICATE', 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_EXPIRED', 'CERTIFICATE_REVOKED', 'UNSUPPORTED_CERTIFICATE']
      .flatMap(alert => [`ERR_SSL_SSL/TLS_ALERT_${alert}`, `ERR_SSL_SSLV3_ALERT_${alert}`])
      .concat('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
      .map(code => [code, certificate])
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: {
    kind: 'mend',
    says: (_, detail) => `Kafka does not speak TLS there${detail}. Remove tls, or use the port that does.`
  }
}

const unknown: Entry = {
  kind: 'passing',
  says: (topic, detail) => `Kafka did not accept the event for the topic "${topic}"${detail}. See the broker's log.`
}

const faults: Faults = { entries, unknown, detailOf: brokerOf }

/** What an error of the Kafka client means. Whatever is not known may pass. */
export function toFault(cause: unknown, topic: string): Fault {
  return faultOf(cause, topic, faults)
}

/** What it tells whoever only looks at the topic. */
export function toFinding(cause: unknown, topic: string): Finding {
  return findingOf(cause, topic, faults)
}

/** Requests go out, and no answer comes. */
export function silence(topic: string): UnavailableError {
  return new UnavailableError(unanswered.says(topic, ''))
}

function brokerOf(chain: readonly Error[]): string | undefined {
  return chain.flatMap(error => ('broker' in error && typeof error.broker === 'string' ? error.broker : []))[0]
}
