import type { FastifyInstance } from 'fastify'
import { ConfigError } from '../errors.ts'

/** New connections that may wait to be accepted, of which Node takes one a turn: what Linux allows by default. */
const BACKLOG = 4096

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop what has it, or choose another port',
  EACCES: 'Choose a port from 1024 on, or let the bridge have this one (CAP_NET_BIND_SERVICE)'
}

/**
 * Listens at an address of the configuration.
 * @param key that it is configured by in a file
 * @param variables that it is configured by without one
 * @throws {ConfigError} when that cannot be, with what to do
 */
export async function listen(
  app: Pick<FastifyInstance, 'listen'>,
  { host, port }: { readonly host: string; readonly port: number },
  { key, variables }: { readonly key: string; readonly variables: string }
): Promise<void> {
  try {
    // Fastify would open a second server for the other address of `localhost`, one that knows none of our limits.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port, backlog: BACKLOG })
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause && 'code' in cause)) throw cause
    const advice = ADVICE[String(cause.code)] ?? 'Choose an address of this machine'
    const fault = `cannot listen on ${host}, port ${port} (${cause.code}). ${advice}: in the file, or by ${variables}.`
    throw new ConfigError([{ place: key, fault }], { cause })
  }
}
