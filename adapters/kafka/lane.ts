import { setTimeout as sleep } from 'node:timers/promises'
import { EventError, UnavailableError } from '../../src/adapter.ts'
import { takeBatch } from './batch.ts'
import type { KafkaClient } from './client.ts'
import { silence, toFault } from './error.ts'
import { unsent, type Waiting } from './waiting.ts'

/** The records for the partitions that one broker leads. One request is in flight; what arrives meanwhile is the next. */
export interface Lane {
  /** Takes a record, or refuses it at once while the broker is known to be in trouble and another one is trying. */
  add(waiting: Waiting): void
  /** Gives up the request in flight, and refuses everything. */
  close(): void
}

export interface LaneContext {
  readonly topic: string
  readonly client: KafkaClient
  /** Finds out who leads which partition now; settles in any case. */
  refresh(): Promise<void>
  /** Brings records to the lanes of their partitions' present leaders. */
  route(records: readonly Waiting[]): void
}

/**
 * What a topic takes in one batch unless configured otherwise (max.message.bytes: 1 MiB and 12 bytes), less what a
 * batch needs for itself. A batch holds what one request has for one partition.
 */
const BATCH_BYTES = 1_048_000
/** A request that has been in flight for so long may mean a broker in trouble, in milliseconds. */
const SLOW_MS = 1000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 500
/** What was known so long ago says nothing about the broker any more, in milliseconds. */
const FORGET_MS = 5000

export function openLane(leader: number, { topic, client, refresh, route }: LaneContext): Lane {
  const closing = new AbortController()
  let queue: Waiting[] = []
  let busy = false
  let request: AbortController | undefined
  let batchBytes = BATCH_BYTES
  let sentAt = Number.POSITIVE_INFINITY
  /** Failures in a row, the last of them, and when it was. */
  let failures = 0
  let fault: UnavailableError | undefined
  let failedAt = 0
  /** Set when a deadline has passed for that reason, until something is accepted again. */
  let down: UnavailableError | undefined

  const forget = () => {
    failures = 0
    fault = down = undefined
  }

  const onDeadline = () => {
    if (fault === undefined && performance.now() - sentAt < SLOW_MS) return
    down = fault ?? silence(topic)
    for (const waiting of takeAll()) waiting.refuse(down)
  }
  const takeAll = () => {
    const all = queue
    queue = []
    return all
  }

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const sending = new AbortController()
    request = sending
    let open = batch.length
    for (const waiting of batch) {
      waiting.inFlight = true
      waiting.onSettled = () => {
        open -= 1
        if (open === 0) sending.abort(new DOMException('Nobody waits for the answer any more.', 'TimeoutError'))
      }
    }
    const byPartition = Map.groupBy(batch, ({ partition }) => partition)
    const records = new Map([...byPartition].map(([partition, list]) => [partition, list.map(({ record }) => record)]))
    sentAt = performance.now()
    // Others may lead by now: whoever is not in flight need not wait for this answer.
    const slow = setInterval(async () => {
      await refresh()
      route(takeAll())
    }, SLOW_MS)
    try {
      const offsets = await client.produce(leader, records, sending.signal)
      for (const [partition, list] of byPartition) {
        const first = offsets.get(partition)
        if (first === undefined) continue
        for (const [index, waiting] of list.entries()) waiting.accept(`${topic}-${partition}@${first + BigInt(index)}`)
      }
      // Only the partition's own answer counts: the client may have left it out of what it sent.
      if ([...byPartition.keys()].some(partition => !offsets.has(partition)))
        throw new Error('The answer leaves out a partition.')
    } finally {
      clearInterval(slow)
      sentAt = Number.POSITIVE_INFINITY
      for (const waiting of batch) waiting.inFlight = false
    }
  }

  /** Puts back, before the others, what is still waited for. Nothing is sent after its deadline. */
  const again = (batch: readonly Waiting[], error: EventError | UnavailableError) => {
    for (const waiting of batch) if (waiting.expired) waiting.refuse(error instanceof EventError ? unsent() : error)
    queue.unshift(...batch)
  }

  const onFailure = async (batch: readonly Waiting[], cause: unknown): Promise<void> => {
    const { error, kind } = toFault(cause, topic)
    failedAt = performance.now()
    if (kind === 'record' && batch.length > 1) {
      // Too many together, or one of them: its neighbours must not share its fate.
      if (error instanceof EventError) batchBytes = largestBatch(batch) / 2
      else for (const waiting of batch) waiting.alone = true
      return again(batch, error)
    }
    if (kind !== 'passing' || down) for (const waiting of batch) waiting.refuse(error)
    if (kind !== 'passing' || error instanceof EventError) return
    // Otherwise all have given up, which need not be the broker's fault.
    if (batch.some(({ settled }) => !settled) || down) {
      fault = error
      const wait = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
      failures += 1
      again(batch, error)
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
    }
    await refresh()
    route(takeAll())
  }

  const run = async (): Promise<void> => {
    busy = true
    while (queue.length > 0) {
      const { batch, rest } = takeBatch(queue, batchBytes)
      queue = rest
      if (batch.length === 0) continue
      try {
        await send(batch)
        forget()
      } catch (cause) {
        await onFailure(batch, cause)
      }
    }
    busy = false
    if (down === undefined) forget()
  }

  return {
    add(waiting) {
      if (closing.signal.aborted) return waiting.refuse(closed())
      if (!busy && performance.now() - failedAt > FORGET_MS) forget()
      if (down && (busy || queue.length > 0)) return waiting.refuse(down)
      waiting.onDeadline = onDeadline
      queue.push(waiting)
      if (!busy) void run()
    },
    close() {
      closing.abort()
      request?.abort(closed())
      for (const waiting of queue) waiting.refuse(closed())
    }
  }
}

/** What the partition with the most bytes has of a request. */
function largestBatch(batch: readonly Waiting[]): number {
  const partitions = [...Map.groupBy(batch, ({ partition }) => partition).values()]
  return Math.max(...partitions.map(list => list.reduce((sum, { bytes }) => sum + bytes, 0)))
}

/** Whoever still waits when the adapter closes gets this. */
export function closed(): UnavailableError {
  return new UnavailableError('The connection to Kafka is being closed. Gemini delivers again.')
}
