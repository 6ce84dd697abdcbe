import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** How long a connection may take, with its certificate, in milliseconds. */
const KNOCK_MS = 3000

/**
 * Connects, by TLS where the URL says so, and closes. Makes no request: any could count as an event. Rejects with Node's
 * own error, and soon after `signal` aborts.
 */
export async function knock(url: string, signal?: AbortSignal): Promise<void> {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const inTime = AbortSignal.any([AbortSignal.timeout(KNOCK_MS), ...(signal ? [signal] : [])])
  const secure = protocol === 'https:'
  const name = isIP(host) === 0 && { servername: host }
  const socket = secure
    ? connectTls({ host, port: Number(port || 443), rejectUnauthorized: true, ...name })
    : connect({ host, port: Number(port || 80) })
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal: inTime })
  } finally {
    socket.destroy()
  }
}
