import type { Admin } from 'kafkajs'
import type { Finding, InspectContext } from '../../src/adapter.ts'
import { attempt, ok, shownBy, unknowable } from '../lane/finding.ts'
import { durability, type Settings } from './durability.ts'
import { toFinding } from './error.ts'
import { openConnection } from './kafkajs/connection.ts'
import { createSasl } from './kafkajs/sasl.ts'
import type { KafkaOptions } from './options.ts'
import { readTls } from './tls.ts'

/** How long an answer may take, connecting and signing in included, in milliseconds. */
const ANSWER_MS = 4000
/** The kind of resource that a topic is (ConfigResourceTypes), which Node does not find among kafkajs's exports. */
const TOPIC = 2
/** What of the topic's configuration tells how sure an event is. */
const SETTINGS = [
  'cleanup.policy',
  'max.message.bytes',
  'min.insync.replicas',
  'retention.ms',
  'unclean.leader.election.enable'
]

/**
 * Looks at the topic: its partitions, whether the leader of each answers, and its configuration. Asks for metadata,
 * offsets and configuration, and for nothing else. By kafkajs, whatever client publishes: it is always installed, and
 * what there is to see is the same.
 */
export async function* inspect(
  options: KafkaOptions,
  { directory, log, body }: InspectContext,
  signal: AbortSignal
): AsyncGenerator<Finding> {
  const { brokers, topic, clientId } = options
  const tls = () => readTls(options.tls, directory)
  const sasl = createSasl(options.sasl, directory)
  let reached = false
  const ask = <T>(question: (admin: Admin) => Promise<T>) =>
    attempt(
      async () => {
        // One for each question: a connection that has failed is of no use for the next.
        const connection = openConnection({ seeds: () => [...brokers], clientId, tls, sasl, log }, kafka =>
          kafka.admin()
        )
        try {
          return await connection.use(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]), admin => {
            reached = true
            return question(admin)
          })
        } finally {
          connection.destroy()
        }
      },
      cause => (reached ? hint(toFinding(cause, topic)) : toFinding(cause, topic))
    )

  const found = await ask(admin => partitionsOf(admin, topic))
  const credentials = options.sasl
    ? `The brokers take the credentials (${options.sasl.mechanism}).`
    : 'The brokers ask for no credentials (sasl).'
  yield* shownBy(reached ? undefined : found.fault, 'A broker answers.', credentials)
  if (found.fault) return yield found.fault
  yield ok('exists', `The topic "${topic}" is there; partitions: ${found.answer.length}.`)

  const offsets = await ask(admin => admin.fetchTopicOffsets(topic))
  yield offsets.fault ?? ok('reachable', 'The leader of each partition answers.')
  yield unknowable(
    'permission',
    "Whether the bridge may write shows the first event: Kafka's client cannot ask. Grant its user WRITE on the topic."
  )

  const settings = await ask(admin => settingsOf(admin, topic))
  if (settings.fault) yield unseen(settings.fault)
  yield* durability(found.answer, settings.fault ? undefined : settings.answer, { ...options, body })
}

async function partitionsOf(admin: Admin, topic: string) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return topics.find(({ name }) => name === topic)?.partitions ?? []
}

async function settingsOf(admin: Admin, topic: string): Promise<Settings> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC, name: topic, configNames: SETTINGS }]
  })
  const entries = resources.flatMap(({ configEntries }) => configEntries)
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]))
}

/** From the first answer on, a client goes where the brokers tell it to. */
function hint(fault: Finding): Finding {
  if (fault.about !== 'reachable') return fault
  return { ...fault, says: `${fault.says} See where the brokers lead their clients (advertised.listeners).` }
}

function unseen({ about, says }: Finding): Finding {
  if (about !== 'permission') return unknowable('durability', `The topic's configuration is not known. ${says}`)
  const grant = 'To know it, grant its user DESCRIBE_CONFIGS on the topic.'
  return unknowable('durability', `The topic's configuration is not knowable with these permissions. ${grant}`)
}
