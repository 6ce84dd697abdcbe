/**
 * A TCP proxy on 127.0.0.1 that does to a broker's clients what networks do.
 *
 *     const proxy = await openFaultProxy({ port: 0, target: 9092 })   // or `claimPlace(kafka.proxied)`
 *     await proxy.holdAnswers()    // requests reach the broker, its answers go nowhere
 *     proxy.cut()                  // … and are lost with their connections
 *     await proxy.pass()           // healthy again
 *     await proxy.close()          // in `afterAll`
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Flow, lose, openFlow } from './flow.ts'

/** A proxy's own port, 0 for any, and the port of 127.0.0.1 that it leads to. */
export interface ProxyPlace {
  readonly port: number
  readonly target: number
}

export interface FaultProxy {
  readonly port: number
  /** Where new connections lead; a broker that came back on another port is found again by setting it. */
  target: number
  /** Bytes that the proxy has received and does not pass on now. */
  readonly held: { readonly requests: number; readonly answers: number }
  /** Open connections of clients. */
  readonly connections: number
  /** Everything passes, what was held first. */
  pass(): Promise<void>
  /** Everything passes, `ms` milliseconds late in each direction. */
  delay(ms: number): Promise<void>
  /** Connections stay and new ones are accepted, but nothing passes in either direction. */
  hold(): Promise<void>
  /** Requests pass, answers do not. */
  holdAnswers(): Promise<void>
  /** Resets all connections and each new one. */
  reset(): Promise<void>
  /** Resets all connections, and listens no more: connecting is refused. Every other method listens again. */
  refuse(): Promise<void>
  /** Resets all connections, once: what was held is lost. */
  cut(): void
  /** Resets all connections and ends the proxy. */
  close(): Promise<void>
}

interface Connection {
  readonly client: Socket
  readonly upstream: Socket
  readonly requests: Flow
  readonly answers: Flow
}

const PLACE_WITHIN_MS = 30_000

/** Opens a proxy that passes everything. */
export async function openFaultProxy(place: ProxyPlace): Promise<FaultProxy> {
  const connections = new Set<Connection>()
  const mode = { requests: true, answers: true, reset: false, delay: 0 }
  let target = place.target

  const server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
    if (mode.reset) client.resetAndDestroy()
    else lead(client)
  })

  function lead(client: Socket): void {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const requests = openFlow(upstream, mode.requests, mode.delay)
    const answers = openFlow(client, mode.answers, mode.delay)
    const connection = { client, upstream, requests, answers }
    connections.add(connection)
    for (const [from, flow] of [
      [client, requests],
      [upstream, answers]
    ] as const) {
      from.on('data', bytes => flow.push(bytes))
      from.on('end', () => flow.push('end'))
      from.on('error', () => flow.push('reset'))
      from.on('close', () => {
        if (client.destroyed && upstream.destroyed) connections.delete(connection)
      })
    }
  }

  function cut(): void {
    for (const { client, upstream } of connections) {
      lose(client)
      // Not reset: what has passed already shall reach the broker.
      upstream.destroy()
    }
  }

  async function stopListening(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }

  async function enter(changes: Partial<typeof mode>): Promise<void> {
    Object.assign(mode, { requests: true, answers: true, reset: false, delay: 0 }, changes)
    for (const { requests, answers } of connections) {
      requests.set(mode.requests, mode.delay)
      answers.set(mode.answers, mode.delay)
    }
    if (mode.reset) cut()
    if (!server.listening) await listen(port)
  }

  async function listen(on: number): Promise<void> {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
  }

  await listen(place.port)
  const { port } = server.address() as AddressInfo
  const held = (direction: 'requests' | 'answers') =>
    [...connections].reduce((sum, connection) => sum + connection[direction].held, 0)
  return {
    port,
    get target() {
      return target
    },
    set target(next) {
      target = next
    },
    get held() {
      return { requests: held('requests'), answers: held('answers') }
    },
    get connections() {
      return connections.size
    },
    pass: () => enter({}),
    delay: ms => enter({ delay: ms }),
    hold: () => enter({ requests: false, answers: false }),
    holdAnswers: () => enter({ answers: false }),
    reset: () => enter({ reset: true }),
    refuse: stopListening,
    cut,
    close: stopListening
  }
}

/** Opens a proxy at the first of these places that no other test holds, waiting for one if it must. */
export async function claimPlace(places: readonly ProxyPlace[]): Promise<FaultProxy> {
  const deadline = performance.now() + PLACE_WITHIN_MS
  for (;;) {
    for (const place of places) {
      try {
        return await openFaultProxy(place)
      } catch (cause) {
        const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
        if (!taken || performance.now() > deadline) throw cause
      }
    }
    await sleep(100)
  }
}
