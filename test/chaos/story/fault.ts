/** What can happen to whom while the story is played. Times are in milliseconds. */

/** What every event has to reach. */
export const DESTINATIONS = ['kafka', 'pubsub', 'eventbridge'] as const
export type DestinationName = (typeof DESTINATIONS)[number]

const SERVERS = [...DESTINATIONS, 'redis'] as const
export type ServerName = (typeof SERVERS)[number]

const REPLICAS = ['replica 1', 'replica 2'] as const
export type ReplicaName = (typeof REPLICAS)[number]

/** What happens to a server, or to the way there. */
export type ServerTrouble =
  /** SIGKILL, and started again: Kafka with its data, the others empty. */
  | 'killed'
  /** SIGSTOP, and SIGCONT. */
  | 'frozen'
  /** Nobody listens, and all connections are reset. */
  | 'refusing'
  /** All connections are reset, and each new one. */
  | 'resetting'
  /** Requests arrive, answers do not, and are lost in the end. */
  | 'mute'
  /** Everything arrives late, both ways. */
  | 'slow'

/** What happens to a replica, or to all at once: SIGKILL, or SIGTERM; then it is started again. */
export type ReplicaTrouble = 'killed' | 'drained'

export type Trouble =
  | { readonly victim: ServerName; readonly trouble: ServerTrouble }
  | { readonly victim: ReplicaName | 'replicas'; readonly trouble: ReplicaTrouble }

export type Fault = Trouble & {
  /** When it begins, after the beginning of its episode. */
  readonly after: number
  /** How long it lasts, before it is mended; mending takes a while. */
  readonly lasts: number
}

const SERVER_TROUBLES: readonly ServerTrouble[] = ['killed', 'frozen', 'refusing', 'resetting', 'mute', 'slow']

/** Every kind of fault, each with those whom it may happen to. */
export const KINDS: readonly (readonly Trouble[])[] = [
  ...SERVERS.flatMap(victim => SERVER_TROUBLES.map((trouble): Trouble[] => [{ victim, trouble }])),
  REPLICAS.map(victim => ({ victim, trouble: 'killed' })),
  REPLICAS.map(victim => ({ victim, trouble: 'drained' })),
  [{ victim: 'replicas', trouble: 'killed' }]
]

/** The name of a fault's kind: `redis frozen`. It does not matter which of the replicas it was. */
export function kindOf({ victim, trouble }: Trouble): string {
  return `${isReplica(victim) ? 'replica' : victim} ${trouble}`
}

function isReplica(victim: string): victim is ReplicaName {
  return REPLICAS.some(name => name === victim)
}

/** Whether the bridge itself is hurt, rather than what it speaks to. */
export function isOurs(victim: Trouble['victim']): victim is ReplicaName | 'replicas' {
  return isReplica(victim) || victim === 'replicas'
}

/** Whether both can be hurt at the same time: nobody is hurt twice. */
export function areApart(one: Trouble['victim'], other: Trouble['victim']): boolean {
  if (one === 'replicas' || other === 'replicas') return !(isOurs(one) && isOurs(other))
  return one !== other
}
