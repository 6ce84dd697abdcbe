import { setTimeout as sleep } from 'node:timers/promises'
import { takeBatch } from './batch.ts'
import type { Broker, Result } from './broker.ts'
import { type Failure, judge } from './failure.ts'
import { createHealth, SLOW_MS } from './health.ts'
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

interface Request {
  readonly sentAt: number
  readonly abort: AbortController
}

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
  const health = createHealth(broker.silence)

  const takeAll = () => {
    const all = queue
    queue = []
    return all
  }

  const onDeadline = () => {
    const [oldest] = requests
    const down = health.onDeadline(oldest?.sentAt)
    if (down) for (const waiting of takeAll()) waiting.refuse(down)
  }

  const send = async (batch: readonly Waiting<Item>[]): Promise<Failure<Item>[]> => {
    const request = { sentAt: performance.now(), abort: new AbortController() }
    requests.add(request)
    let open = batch.length
    const onSettled = () => {
      open -= 1
      // Unless it is the answer that has settled them.
      if (open === 0 && requests.has(request))
        request.abort.abort(new DOMException('Nobody waits for the answer any more.', 'TimeoutError'))
    }
    for (const waiting of batch) {
      waiting.inFlight = true
      waiting.onSettled = onSettled
    }
    // Whoever is not in flight need not wait for this answer.
    const slow = broker.reroute && setInterval(() => broker.reroute?.(takeAll), SLOW_MS)
    try {
      const items = batch.map(({ item }) => item)
      const again = batch.some(({ attempts }) => attempts > 0)
      const results = await broker.send(items, request.abort.signal, again)
      requests.delete(request)
      return settle(batch, results)
    } catch (cause) {
      return batch.map(waiting => ({ waiting, cause }))
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
    if (failed.length < batch.length) health.onAccepted()
    return failed
  }

  /**
   * Refuses what cannot pass, and puts the others back, before what waits: at once, so that whoever has a request to send
   * takes them along; or, when they pause `apart`, only then.
   */
  const onFailures = async (failed: readonly Failure<Item>[], accepted: boolean, apart: boolean): Promise<void> => {
    health.onFailed()
    const all = failed.map(({ waiting }) => waiting)
    // Where there is one request at a time, a pause holds up everybody, so one item must not make it longer.
    const pause = health.pause(broker.concurrency > 1 ? Math.max(...all.map(({ attempts }) => attempts)) : 0)
    const { passing, trouble, ...verdict } = judge(failed, broker, health, limits)
    limits = verdict.limits
    if (trouble && !accepted) health.onTrouble(trouble)
    land(all)
    const paused = trouble && sleep(pause, undefined, { signal: closing.signal }).catch(() => {})
    if (paused && apart) {
      await paused
      land(all)
    }
    queue.unshift(...all)
    if (paused && !apart) await paused
    if (passing) await broker.reroute?.(takeAll)
  }

  /** No longer in flight. Nothing is sent after its deadline, or after the end. */
  const land = (list: readonly Waiting<Item>[]) => {
    for (const waiting of list) {
      waiting.inFlight = false
      if (closing.signal.aborted) waiting.refuse(closed(broker.name))
      else if (waiting.expired) waiting.refuse(waiting.trouble ?? unsent(broker.name))
    }
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
      const failed = await sending
      const accepted = failed.length < batch.length
      // The broker takes others, which need not wait for these, unless there is an order, or no other request.
      const apart = accepted && order === undefined && broker.concurrency > 1
      if (failed.length > 0) {
        const handled = onFailures(failed, accepted, apart)
        if (apart) void handled.then(start)
        else await handled
      }
      // Not before what failed is back in the queue: nothing of its order overtakes it.
      if (order !== undefined) ordersInFlight.delete(order)
    }
    running -= 1
    if (running === 0) health.onIdle()
  }

  /** Takes a free slot, or sees to it that one is taken soon. */
  const start = () => {
    const wait = running === 0 || queue.length >= limits.items ? 0 : (broker.patience ?? 0)
    if (closing.signal.aborted || running >= broker.concurrency) return
    if (wait === 0) return void run()
    soon ??= setTimeout(() => {
      soon = undefined
      if (queue.length > 0 && running < broker.concurrency) void run()
    }, wait)
  }

  /**
   * Somebody who still waits is about to learn how the broker is. A pause after which nobody is sent teaches nothing; but
   * where there is one request at a time, it is everybody's.
   */
  const isTrying = () =>
    requests.size > 0 || queue.some(({ settled }) => !settled) || (broker.concurrency === 1 && running > 0)

  const add = (waiting: Waiting<Item>) => {
    if (closing.signal.aborted) return waiting.refuse(closed(broker.name))
    if (running === 0) health.expire()
    if (health.down && isTrying()) return waiting.refuse(health.down)
    waiting.onDeadline = onDeadline
    queue.push(waiting)
    start()
  }

  return {
    publish(item, signal) {
      if (signal.aborted) return Promise.reject(unsent(broker.name))
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
