import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const PATH = '/.well-known/jwks.json'

// How the endpoint answers. All but `serve` are outages of which a verifier must not make an answer.
const answers = {
  serve: (response, jwks) => response.setHeader('content-type', 'application/json').end(jwks),
  fail: response => response.writeHead(500).end(),
  /** The request arrives, and nothing ever comes back. */
  hang: () => {},
  empty: response => response.setHeader('content-type', 'application/json').end('{"keys":[]}'),
  garbage: response => response.end('<!doctype html>'),
  redirect: response => response.writeHead(302, { location: PATH }).end(),
  huge: (response, jwks) => response.end(jwks + ' '.repeat(16 * 1024 * 1024))
} as const satisfies Record<string, (response: ServerResponse, jwks: string) => unknown>

/** The endpoint of Gemini's signing keys for dynamic webhooks, on loopback. */
export interface KeySetServer {
  /** Where the key set is. */
  readonly url: string
  /** The private keys whose public halves are served, newest first. Gemini signs with any one, and does not say which. */
  readonly keys: readonly KeyObject[]
  /** How many requests have come so far. */
  readonly requests: number
  /** How the endpoint answers from now on. */
  mode: keyof typeof answers
  /** Publishes a new key and withdraws the oldest. Returns the new one. */
  rotate(): KeyObject
  close(): Promise<void>
}

/**
 * Serves a key set (RFC 7517) of Ed25519 keys (RFC 8037).
 * @param count how many keys: Gemini has been seen with three (the default)
 */
export async function serveKeySet(count = 3): Promise<KeySetServer> {
  let keys = Array.from({ length: count }, newKey)
  let requests = 0
  let mode: keyof typeof answers = 'serve'
  const server = createServer((_request, response) => {
    requests += 1
    answers[mode](response, JSON.stringify({ keys: keys.map(toJwk) }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    get keys() {
      return keys
    },
    get requests() {
      return requests
    },
    get mode() {
      return mode
    },
    set mode(value) {
      mode = value
    },
    rotate() {
      const key = newKey()
      keys = [key, ...keys.slice(0, -1)]
      return key
    },
    async close() {
      server.close().closeAllConnections()
      await once(server, 'close')
    }
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

function toJwk(key: KeyObject): object {
  const { crv, kty, x } = createPublicKey(key).export({ format: 'jwk' })
  // RFC 7638: the members in this order.
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
  return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }
}
