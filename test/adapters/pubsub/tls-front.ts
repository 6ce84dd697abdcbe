import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { pipeline } from 'node:stream'
import { createServer, type TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { openFront, type PubsubFront } from '../../brokers/pubsub/front.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../kafka/fixtures/${name}`, import.meta.url))

/** A certificate for localhost that vouches for itself, until 2120. NODE_EXTRA_CA_CERTS makes a process trust it. */
export const CERTIFICATE = fixture('bridge.pem')
const key = createPrivateKey({ key: readFileSync(fixture('bridge.key')), passphrase: 'test-passphrase' })

export interface TlsFront {
  readonly front: PubsubFront
  /** `localhost:41234` */
  readonly endpoint: string
}

/** A front that is reached by TLS alone, as the service is, and refuses every call with PERMISSION_DENIED. */
export async function openTlsFront(): Promise<TlsFront> {
  const front = await openFront('127.0.0.1:1')
  front.answer({ code: 7 })
  const sockets = new Set<TLSSocket>()
  const tls = {
    cert: readFileSync(CERTIFICATE),
    key: key.export({ type: 'pkcs8', format: 'pem' }),
    ALPNProtocols: ['h2']
  }
  const server = createServer(tls, socket => {
    sockets.add(socket)
    const upstream = connect(Number(front.at.split(':')[1]), '127.0.0.1')
    pipeline(socket, upstream, socket, () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await front.close()
  })
  return { front, endpoint: `localhost:${(server.address() as AddressInfo).port}` }
}
