import type { DestinationName, ServerName } from '../fault.ts'
import { castEventbridge } from './eventbridge.ts'
import { castKafka } from './kafka.ts'
import { castPubsub } from './pubsub.ts'
import { castRedis } from './redis.ts'
import type { Place, Server } from './server.ts'

/** Everybody beside the bridge, started and healthy. */
export interface Cast {
  readonly places: Readonly<Record<DestinationName, Place>>
  readonly servers: Readonly<Record<ServerName, Server>>
  /** Of Redis, behind its proxy. */
  readonly redisUrl: string
  /** Ends all of it. */
  stop(): Promise<void>
}

/** Starts real servers, each behind a proxy, with their readers. */
export async function startCast(): Promise<Cast> {
  const releases: (() => Promise<unknown>)[] = []
  const defer = (release: () => Promise<unknown>) => releases.push(release)
  const stop = async () => {
    for (const release of releases.splice(0).reverse()) await release()
  }
  const parts = [castKafka(defer), castPubsub(defer), castEventbridge(defer), castRedis(defer)] as const
  try {
    const [kafka, pubsub, eventbridge, redis] = await Promise.all(parts)
    const places = { kafka, pubsub, eventbridge }
    const servers = { ...places, redis }
    for (const { proxy, latency } of Object.values(servers)) await proxy.delay(latency)
    return { places, servers, redisUrl: `redis://127.0.0.1:${redis.proxy.port}`, stop }
  } catch (cause) {
    // What the others still start has to be released as well.
    await Promise.allSettled(parts)
    await stop()
    throw cause
  }
}
