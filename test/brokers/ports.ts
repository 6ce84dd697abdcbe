import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

const ATTEMPTS = 3
/**
 * Below what the kernel gives to outgoing connections, which take a port at any moment. Each process has a block of its own
 * there, whose first port it listens on as long as it lives.
 */
const FIRST_PORT = 10_000
const BLOCKS = 110
const BLOCK_PORTS = 200

let block: Promise<number> | undefined
let given = 0

/** Different ports of 127.0.0.1 that are free, and that no other process of a run is given. */
export async function freePorts(count: number): Promise<number[]> {
  block ??= claimBlock()
  const first = await block
  const ports: number[] = []
  for (let tried = 1; tried < BLOCK_PORTS && ports.length < count; tried++) {
    given = (given % (BLOCK_PORTS - 1)) + 1
    const port = first + given
    const server = await listenOn(port)
    if (server === undefined) continue
    server.close()
    await once(server, 'close')
    ports.push(port)
  }
  if (ports.length < count) throw new Error(`no ${count} ports are free from ${first} to ${first + BLOCK_PORTS - 1}`)
  return ports
}

async function claimBlock(): Promise<number> {
  const start = Math.floor(Math.random() * BLOCKS)
  for (let index = 0; index < BLOCKS; index++) {
    const first = FIRST_PORT + ((start + index) % BLOCKS) * BLOCK_PORTS
    const claim = await listenOn(first)
    if (claim === undefined) continue
    claim.unref()
    return first
  }
  throw new Error('no block of ports is free')
}

/** A server that listens on the port; undefined if it is taken. */
async function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
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
