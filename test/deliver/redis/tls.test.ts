import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { healthy, startFakeRedis } from './fake-redis.ts'
import { startMarksProgram } from './marks-program.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../../adapters/kafka/fixtures/${name}`, import.meta.url))
/** For localhost; it vouches for itself, until 2120. */
const CERTIFICATE = fixture('bridge.pem')

/** The address of a server that speaks TLS alone. */
async function startTlsRedis(): Promise<string> {
  const key = createPrivateKey({ key: readFileSync(fixture('bridge.key')), passphrase: 'test-passphrase' })
  const tls = { cert: readFileSync(CERTIFICATE), key: key.export({ type: 'pkcs8', format: 'pem' }) }
  const { url } = await startFakeRedis(healthy, { create: onSocket => createServer(tls, onSocket) })
  return url.replace('redis://127.0.0.1', 'rediss://localhost')
}

test('speaks TLS with whom it can trust', async () => {
  const program = startMarksProgram(await startTlsRedis(), { NODE_EXTRA_CA_CERTS: CERTIFICATE })
  const [said] = await program.until(/connected to Redis|[A-Z_]{5,}/)
  expect(said).toBe('connected to Redis')
})

test('trusts nobody else', async () => {
  const program = startMarksProgram(await startTlsRedis())
  const [said] = await program.until(/connected to Redis|[A-Z_]{5,}/)
  expect(said).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})
