import { setTimeout as sleep } from 'node:timers/promises'
import { EventError, type UnavailableError } from '../../src/adapter.ts'
import { largestGroup, takeBatch } from './batch.ts'
import type { Broker, Result } from './broker.ts'
import { closed, startWaiting, unsent, type Waiting } from './waiting.ts'

/** What is on its way to one broker: a few requests are in flight, and what arrives meanwhile is in the next. */
export interface Lane<Item> {
  /**
   * Resolves with the broker's message id once it has accepted the item; settles soon after `signal` aborts.
   * @throws {EventError | UnavailableError}
   */
  publish(item: Item, signal: AbortSignal): Promise<string>
  /** Takes what somebody waits for, or refuses it at once while the broker is known to be in trouble and another tries. */
  add(waiting: Waiting<Item>): void
  /** Gives up the requests in flight, and refuses everything. */
  close(): void
}

interface Failure<Item> {
  readonly waiting: Waiting<Item>
  readonly cause: unknown
}

interface Request {
  readonly sentAt: number
  readonly abort: AbortController
}

/** A request that has been in flight for so long may mean a broker in trouble, in milliseconds. */
const SLOW_MS = 1000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 500
/** What was known so long ago says nothing about the broker any more, in milliseconds. */
const FORGET_MS = 5000

export function openLane<Item>(broker: Broker<Item>): Lane<Item> {
  const closing = new AbortController()
  /** In flight, oldest first. */
  const requests = new Set<Request>()
  const ordersInFlight = new Set<string>()
  let queue: Waiting<Item>[] = []
  /** How many take from the queue, send, and await the answer; and when there will be one more. */
  let running = 0
  let soon: NodeJS.Timeout | undefined
  let limits = broker.limits
  let acceptedAt = Number.NEGATIVE_INFINITY
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
  const takeAll = () => {
    const all = queue
    queue = []
    return all
  }

  const onDeadline = () => {
    const [oldest] = requests
    const troubledSince = fault ? acceptedAt : Math.max(oldest?.sentAt ?? Number.POSITIVE_INFINITY, acceptedAt)
    if (performance.now() - troubledSince < SLOW_MS) return
    down = fault ?? broker.silence()
    for (const waiting of takeAll()) waiting.refuse(down)
  }

  const send = async (batch: readonly Waiting<Item>[]): Promise<Failure<Item>[]> => {
    const request = { sentAt: performance.now(), abort: new AbortController() }
    requests.add(request)
    let open = batch.length
    for (const waiting of batch) {
      waiting.inFlight = true
      waiting.onSettled = () => {
        open -= 1
        if (open === 0) request.abort.abort(new DOMException('Nobody waits for the answer any more.', 'TimeoutError'))
      }
    }
    // Whoever is not in flight need not wait for this answer.
    const slow = broker.reroute && setInterval(() => broker.reroute?.(takeAll), SLOW_MS)
    try {
      const items = batch.map(({ item }) => item)
      return settle(batch, await broker.send(items, request.abort.signal))
    } finally {
      clearInterval(slow)
      requests.delete(request)
    }
  }

  /** Answers those whose items were accepted. The others have a cause each. */
  const settle = (batch: readonly Waiting<Item>[], results: readonly Result[]): Failure<Item>[] => {
    const failed: Failure<Item>[] = []
    for (const [index, waiting] of batch.entries()) {
      const result = results[index] ?? { cause: new Error('The answer leaves out an item.') }
      if ('id' in result) waiting.accept(result.id)
      else failed.push({ waiting, cause: result.cause })
    }
    if (failed.length < batch.length) {
      forget()
      acceptedAt = performance.now()
    }
    return failed
  }

  /** Puts back, before the others, what is still waited for. Nothing is sent after its deadline. */
  const again = (batch: readonly Waiting<Item>[], error: EventError | UnavailableError) => {
    for (const waiting of batch) {
      waiting.inFlight = false
      // Too many together says nothing about one of them.
      if (!(error instanceof EventError)) waiting.trouble = error
      if (closing.signal.aborted) waiting.refuse(closed(broker.name))
      else if (waiting.expired) waiting.refuse(waiting.trouble ?? unsent(broker.name))
    }
    queue.unshift(...batch)
  }

  /** @param accepted whether the request has brought others home: then the broker is well */
  const retry = async (batch: readonly Waiting<Item>[], error: UnavailableError, accepted: boolean) => {
    // Otherwise all have given up, which need not be the broker's fault.
    if (batch.some(({ settled }) => !settled) || down) {
      const wait = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
      if (!accepted) {
        fault = error
        failures += 1
      }
      again(batch, error)
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
    }
    await broker.reroute?.(takeAll)
  }

  const onRequestFailure = async (batch: readonly Waiting<Item>[], cause: unknown): Promise<void> => {
    const { error, kind } = broker.toFault(cause)
    failedAt = performance.now()
    if (kind === 'record' && batch.length > 1) {
      // Too many together, or one of them: its neighbours must not share its fate.
      if (error instanceof EventError)
        limits = { ...limits, bytes: Math.min(limits.bytes, largestGroup(batch, limits) / 2) }
      else for (const waiting of batch) waiting.alone = true
      return again(batch, error)
    }
    if (kind !== 'passing' || down) for (const waiting of batch) waiting.refuse(error)
    if (kind === 'passing') await retry(batch, error, false)
  }

  const onItemFailures = async (failed: readonly Failure<Item>[], accepted: boolean): Promise<void> => {
    failedAt = performance.now()
    const passing: Waiting<Item>[] = []
    let last: UnavailableError | undefined
    for (const { waiting, cause } of failed) {
      const { error, kind } = broker.toFault(cause)
      if (kind !== 'passing' || down) waiting.refuse(error)
      if (kind !== 'passing') continue
      passing.push(waiting)
      last = error
    }
    if (last) await retry(passing, last, accepted)
  }

  const run = async (): Promise<void> => {
    running += 1
    for (;;) {
      const { batch, rest } = takeBatch(queue, limits, ordersInFlight)
      queue = rest
      if (batch.length === 0) break
      const order = batch[0] && limits.order?.(batch[0].item)
      if (order !== undefined) ordersInFlight.add(order)
      const sending = send(batch)
      // What this request has no room for leaves at once, too, while it may.
      if (queue.length > 0 && running < broker.concurrency) void run()
      try {
        const failed = await sending
        if (failed.length > 0) await onItemFailures(failed, failed.length < batch.length)
      } catch (cause) {
        await onRequestFailure(batch, cause)
      }
      // Not before what failed is back in the queue: nothing of its order overtakes it.
      if (order !== undefined) ordersInFlight.delete(order)
    }
    running -= 1
    if (running === 0 && down === undefined) forget()
  }

  /** Takes a free slot, or sees to it that one is taken soon. */
  const start = () => {
    const wait = running === 0 || queue.length >= limits.items ? 0 : (broker.patience ?? 0)
    if (running >= broker.concurrency) return
    if (wait === 0) return void run()
    soon ??= setTimeout(() => {
      soon = undefined
      if (queue.length > 0 && running < broker.concurrency) void run()
    }, wait)
  }

  const add = (waiting: Waiting<Item>) => {
    if (closing.signal.aborted) return waiting.refuse(closed(broker.name))
    if (running === 0 && performance.now() - failedAt > FORGET_MS) forget()
    if (down && (running > 0 || queue.length > 0)) return waiting.refuse(down)
    waiting.onDeadline = onDeadline
    queue.push(waiting)
    start()
  }

  return {
    async publish(item, signal) {
      if (signal.aborted) throw unsent(broker.name)
      const { waiting, messageId } = startWaiting(item, broker, signal)
      add(waiting)
      return messageId
    },
    add,
    close() {
      closing.abort()
      clearTimeout(soon)
      for (const { abort } of requests) abort.abort(closed(broker.name))
      for (const waiting of queue) waiting.refuse(closed(broker.name))
    }
  }
}
