import { pathToFileURL } from 'node:url'
import { STORE_PASSWORD } from './keys.ts'
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type TokenFiles } from './tokens.ts'

/** Passwords by user name, for PLAIN and both SCRAM mechanisms. `alice` may do all, `mallory` nothing. */
export const USERS = { alice: 'alice-secret', mallory: 'mallory-secret' }
/** The subject of tokens that may do all. */
export const TOKEN_SUBJECT = 'bridge'

/** A listener of the broker on 127.0.0.1: its Kafka name, its security protocol, and its port. */
export interface Listener {
  readonly name: string
  readonly protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SSL' | 'SASL_SSL'
  readonly port: number
  /** The port that clients are told; a fault proxy's, when it is not `port`. */
  readonly advertised: number
}

/** A broker that is a controller as well. The first listener is the one that brokers use among themselves. */
export interface NodeProperties {
  readonly id: number
  readonly listeners: readonly Listener[]
  /** Every node's controller port, by node id. */
  readonly controllers: ReadonlyMap<number, number>
  readonly data: string
}

/** The lines of a node's `server.properties`; those of `security` come on top when it is given. */
export function nodeProperties(node: NodeProperties, security: readonly string[] = []): string {
  const { id, listeners, controllers, data } = node
  const nodes = controllers.size
  const inSync = nodes > 1 ? 2 : 1
  const all = (text: (listener: Listener) => string) => listeners.map(text).join(',')
  const lines = [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${[...controllers].map(([voter, port]) => `${voter}@127.0.0.1:${port}`).join(',')}`,
    'controller.listener.names=CONTROLLER',
    `listeners=${all(({ name, port }) => `${name}://127.0.0.1:${port}`)},CONTROLLER://127.0.0.1:${controllers.get(id)}`,
    `advertised.listeners=${all(listener => `${listener.name}://${host(listener)}:${listener.advertised}`)}`,
    `listener.security.protocol.map=${all(({ name, protocol }) => `${name}:${protocol}`)},CONTROLLER:PLAINTEXT`,
    `inter.broker.listener.name=${listeners[0]?.name}`,
    `log.dirs=${data}`,
    'num.partitions=1',
    `default.replication.factor=${nodes}`,
    `min.insync.replicas=${inSync}`,
    ...['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'].flatMap(topic => [
      `${topic}.replication.factor=${nodes}`,
      `${topic}.num.partitions=1`
    ]),
    `transaction.state.log.min.isr=${inSync}`,
    `share.coordinator.state.topic.min.isr=${inSync}`,
    'group.initial.rebalance.delay.ms=0',
    // So that a client which asks for a missing topic in the wrong way is seen to make it.
    'auto.create.topics.enable=true',
    'log.cleaner.enable=false',
    // Leaders stay where a test has put them.
    'auto.leader.rebalance.enable=false',
    // Short, since a killed broker may come back only when its session has run out.
    'broker.heartbeat.interval.ms=200',
    `broker.session.timeout.ms=${nodes > 1 ? 2000 : 1000}`,
    'replica.lag.time.max.ms=2000',
    'controller.quorum.election.timeout.ms=500',
    'controller.quorum.fetch.timeout.ms=1000',
    'num.network.threads=1',
    'num.io.threads=2',
    'background.threads=1',
    ...security
  ]
  return `${lines.join('\n')}\n`
}

/** Clients of TLS are told a name, as they are in life: an address cannot be named in a handshake. */
export function host({ protocol }: Pick<Listener, 'protocol'>): string {
  return protocol.endsWith('SSL') ? 'localhost' : '127.0.0.1'
}

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule'
const BEARER = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule'
const VALIDATOR = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler'

/**
 * Users, TLS and access control. Who has not said who they are may do all, as may `alice`, the client certificate's
 * subject and that of a token; anybody else nothing.
 */
export function securityProperties(keys: string, tokens: TokenFiles): string[] {
  const passwords = Object.entries(USERS).map(([name, password]) => `user_${name}="${password}"`)
  return [
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER',
    ...['sasl_plaintext', 'sasl_ssl'].flatMap(listener => [
      `listener.name.${listener}.plain.sasl.jaas.config=${PLAIN} required ${passwords.join(' ')};`,
      `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${SCRAM} required;`,
      `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${SCRAM} required;`,
      `listener.name.${listener}.oauthbearer.sasl.jaas.config=${BEARER} required;`,
      `listener.name.${listener}.oauthbearer.sasl.server.callback.handler.class=${VALIDATOR}`
    ]),
    `sasl.oauthbearer.jwks.endpoint.url=${pathToFileURL(tokens.jwks)}`,
    `sasl.oauthbearer.expected.issuer=${TOKEN_ISSUER}`,
    `sasl.oauthbearer.expected.audience=${TOKEN_AUDIENCE}`,
    ...['keystore', 'truststore'].flatMap(store => [
      `ssl.${store}.type=PKCS12`,
      `ssl.${store}.location=${keys}/${store === 'keystore' ? 'broker' : 'trust'}.p12`,
      `ssl.${store}.password=${STORE_PASSWORD}`
    ]),
    'listener.name.mtls.ssl.client.auth=required',
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:ANONYMOUS;User:alice;User:CN=bridge;User:${TOKEN_SUBJECT}`
  ]
}
