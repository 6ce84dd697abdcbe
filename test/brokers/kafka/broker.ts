/**
 * One real Kafka broker, with every listener that tests need:
 *
 *     const kafka = await startKafka()
 *     kafka.at.plaintext    // '127.0.0.1:41234'; nobody asks who you are
 *     kafka.at.sasl         // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 (`USERS`), OAUTHBEARER (`signToken`)
 *     kafka.at.tls          // 'localhost:41235'; trust `${kafka.at.keys}/ca.pem`
 *     kafka.at.saslTls
 *     kafka.at.mtls         // show `client.pem` with `client.key`
 *     kafka.at.proxied      // places for fault proxies: `await claimPlace(kafka.at.proxied)`
 *     await kafka.kill()    // and `start()`, `freeze()`, `thaw()`
 *     await kafka.stop()    // in `afterAll`; its data are gone then, as they are when the run dies
 */
import { pathToFileURL } from 'node:url'
import { onFreePorts } from '../ports.ts'
import type { ProxyPlace } from '../proxy.ts'
import { temporaryFolder } from '../watchdog.ts'
import { classArchive } from './class-archive.ts'
import { tlsKeys } from './keys.ts'
import { type KafkaNode, prepareNode } from './node.ts'
import { host, type Listener, securityProperties } from './properties.ts'
import { makeTokenKey } from './tokens.ts'

/** Where a broker is, and what gets one in: plain data. */
export interface KafkaAddresses {
  readonly plaintext: string
  readonly sasl: string
  readonly tls: string
  readonly saslTls: string
  /** TLS that asks for the client's certificate. */
  readonly mtls: string
  /** Listeners whose advertised port is a fault proxy's. Each serves one proxy at a time. */
  readonly proxied: readonly ProxyPlace[]
  /** The folder of `keys.ts`. */
  readonly keys: string
  /** The file of the key that `signToken` signs with. */
  readonly signingKey: string
}

export interface KafkaBroker extends KafkaNode {
  readonly at: KafkaAddresses
  /** Ends it for good, and removes its data. */
  stop(): Promise<void>
}

const PLACES = 4

/** Starts a broker; resolves when it accepts clients. */
export async function startKafka(): Promise<KafkaBroker> {
  const [keys, classes] = await Promise.all([tlsKeys(), classArchive()])
  const folder = temporaryFolder('kafka-')
  try {
    const tokens = await makeTokenKey(folder.path)
    const security = securityProperties(keys, tokens)
    // Kafka reads no key set whose address the process does not allow.
    const allowed = `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${pathToFileURL(tokens.jwks)}`
    return await onFreePorts(6 + 2 * PLACES, async port => {
      const { listeners, addresses } = layOut(port)
      const controllers = new Map([[1, port()]])
      const javaOptions = [classes, allowed]
      const node = await prepareNode({ folder: folder.path, id: 1, listeners, controllers, security, javaOptions })
      await node.start()
      const at = { ...addresses, keys, signingKey: tokens.signingKey }
      const stop = async () => {
        await node.kill()
        await folder.remove()
      }
      return { ...node, at, stop }
    })
  } catch (cause) {
    await folder.remove()
    throw cause
  }
}

function layOut(port: () => number) {
  const listener = (name: string, protocol: Listener['protocol']): Listener => {
    const own = port()
    return { name, protocol, port: own, advertised: own }
  }
  const plaintext = listener('PLAINTEXT', 'PLAINTEXT')
  const sasl = listener('SASL_PLAINTEXT', 'SASL_PLAINTEXT')
  const tls = listener('SSL', 'SSL')
  const saslTls = listener('SASL_SSL', 'SASL_SSL')
  const mtls = listener('MTLS', 'SSL')
  const places = Array.from({ length: PLACES }, () => ({ port: port(), target: port() }))
  const proxied = places.map((place, index): Listener => {
    return { name: `PROXIED_${index}`, protocol: 'PLAINTEXT', port: place.target, advertised: place.port }
  })
  const address = (listener: Listener) => `${host(listener)}:${listener.port}`
  return {
    listeners: [plaintext, sasl, tls, saslTls, mtls, ...proxied],
    addresses: {
      plaintext: address(plaintext),
      sasl: address(sasl),
      tls: address(tls),
      saslTls: address(saslTls),
      mtls: address(mtls),
      proxied: places
    }
  }
}
