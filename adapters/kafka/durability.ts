import type { Finding } from '../../src/adapter.ts'
import { ok } from '../lane/finding.ts'
import type { KafkaOptions } from './options.ts'

/** What is known of a partition: its copies, and those of them that are up to date. */
interface Partition {
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** A topic's configuration, as Kafka writes it. */
export type Settings = ReadonlyMap<string, string>

/** What attributes and the batch itself may take in a record beside the body, in bytes. */
const BESIDE_BODY = 4096

/**
 * How sure an event is that the topic has accepted, and whether it accepts all.
 * @param settings undefined where they cannot be seen
 * @param options.body the largest webhook, in bytes
 */
export function* durability(
  partitions: readonly Partition[],
  settings: Settings | undefined,
  options: Pick<KafkaOptions, 'key' | 'compression'> & { readonly body: number }
): Generator<Finding> {
  const troubles = [...replication(partitions, settings), ...(settings ? configuration(settings, options) : [])]
  yield* troubles.map(([state, says]): Finding => ({ about: 'durability', state, says }))
  if (troubles.length === 0 && settings) yield ok('durability', `No event is on one broker alone. ${keeping(settings)}`)
}

type Trouble = readonly [state: 'warning' | 'fault', says: string]

function* replication(partitions: readonly Partition[], settings: Settings | undefined): Generator<Trouble> {
  const replicas = Math.min(...partitions.map(({ replicas }) => replicas.length))
  const minimum = Number(settings?.get('min.insync.replicas'))
  if (replicas === 1) {
    yield [
      'warning',
      'There is one replica: an event is lost with the disk of one broker. Give the topic three (replication factor).'
    ]
  } else if (minimum === 1) {
    yield [
      'warning',
      'min.insync.replicas is 1: an event may be accepted that one broker alone has, and is lost with it. Set it to 2.'
    ]
  }
  const lacking = partitions.filter(({ replicas, isr }) => isr.length < replicas.length)
  // Of more replicas than there are, Kafka asks for those that there are.
  const refusing = lacking.filter(({ replicas, isr }) => isr.length < Math.min(minimum, replicas.length))
  if (refusing.length > 0) {
    yield [
      'fault',
      `Partitions that take no event for want of replicas in sync: ${refusing.length}. Bring brokers back.`
    ]
  } else if (lacking.length > 0) {
    yield ['warning', `Partitions with replicas that are not in sync: ${lacking.length}. See which brokers are down.`]
  }
}

function* configuration(
  settings: Settings,
  { key, compression, body }: Parameters<typeof durability>[2]
): Generator<Trouble> {
  if (settings.get('unclean.leader.election.enable') === 'true') {
    yield [
      'warning',
      'unclean.leader.election.enable is true: a replica without the last events may become leader. Set it to false.'
    ]
  }
  if (settings.get('cleanup.policy')?.includes('compact') && key !== 'id') {
    yield [
      'warning',
      `cleanup.policy is compact: of all events with one key (${key}), the last is kept. Set it to delete, or set key: id.`
    ]
  }
  const largest = Number(settings.get('max.message.bytes'))
  if (largest < body + BESIDE_BODY && compression === 'none') {
    yield [
      'warning',
      `max.message.bytes is ${largest}, and limits.body ${body}: a large event is refused for good. Raise one, or lower the other.`
    ]
  }
}

const DAY_MS = 86_400_000

/** Kafka has -1 for no end. */
function keeping(settings: Settings): string {
  const retention = Number(settings.get('retention.ms'))
  return retention >= 0 ? `Events are kept for ${Number((retention / DAY_MS).toFixed(2))} days.` : 'None has an end.'
}
