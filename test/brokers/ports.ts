import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

const ATTEMPTS = 3

/** Different ports of 127.0.0.1 that were free just now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    })
  )
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(
    servers.map(server => {
      server.close()
      return once(server, 'close')
    })
  )
  return ports
}

/**
 * Starts something on free ports, of which `port` gives the next of `count`. Starts it again on others when somebody
 * else took one of them first, which the log of what was started says.
 */
export async function onFreePorts<T>(
  count: number,
  start: (port: () => number) => Promise<T>,
  attempt = 1
): Promise<T> {
  const ports = (await freePorts(count)).values()
  const port = () => {
    const { value } = ports.next()
    if (value === undefined) throw new Error(`only ${count} ports were asked for`)
    return value
  }
  try {
    return await start(port)
  } catch (cause) {
    if (attempt === ATTEMPTS || !/address already in use/i.test(String(cause))) throw cause
    return onFreePorts(count, start, attempt + 1)
  }
}
