import { openFaultProxy } from '../../../brokers/proxy.ts'
import { startRedis } from '../../../brokers/redis/redis.ts'
import type { Defer, Server } from './server.ts'

/** Redis as a cache is: empty when it was killed. */
export async function castRedis(defer: Defer): Promise<Server> {
  const server = await startRedis()
  defer(server.stop)
  const proxy = await openFaultProxy({ port: 0, target: server.port })
  defer(proxy.close)
  // As near as it has to be, for what the bridge gives it.
  return {
    proxy,
    latency: 0,
    kill: server.kill,
    revive: server.start,
    freeze: server.freeze,
    thaw: server.thaw
  }
}
