/**
 * Keys for TLS, made once a machine by keytool, which comes with the Java that runs Kafka. In the folder: `broker.p12`
 * and `trust.p12` for the broker; for clients `ca.pem`, and `client.pem` with `client.key`, whose principal is
 * `User:CN=bridge`. The broker's name is `localhost` or 127.0.0.1.
 */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.ts'
import { runJdk } from '../java.ts'

/** Opens every store; they protect nothing. */
export const STORE_PASSWORD = 'changeit'

const KEY = '-genkeypair -keyalg EC -groupname secp256r1 -validity 3650'
const BROKER = '-dname CN=localhost -ext san=dns:localhost,ip:127.0.0.1'
const CLIENT = '-dname CN=bridge'
const EXPORT_KEY = fileURLToPath(new URL('ExportKey.java', import.meta.url))

/** The folder that holds the keys. */
export function tlsKeys(): Promise<string> {
  const recipe = [KEY, BROKER, CLIENT, STORE_PASSWORD, readFileSync(EXPORT_KEY, 'utf8')]
  return cached('kafka-keys', recipe, async folder => {
    await Promise.all([brokerKeys(folder), clientKeys(folder)])
  })
}

async function brokerKeys(folder: string): Promise<void> {
  const store = join(folder, 'broker.p12')
  await keytool(store, `${KEY} -alias broker ${BROKER}`)
  // The certificate is signed by itself, and so its own authority.
  await writeFile(join(folder, 'ca.pem'), await keytool(store, '-exportcert -rfc -alias broker'))
}

async function clientKeys(folder: string): Promise<void> {
  const store = join(folder, 'client.p12')
  const certificate = join(folder, 'client.pem')
  await keytool(store, `${KEY} -alias client ${CLIENT}`)
  await writeFile(certificate, await keytool(store, '-exportcert -rfc -alias client'))
  await keytool(join(folder, 'trust.p12'), '-importcert -noprompt -alias client', '-file', certificate)
  await writeFile(join(folder, 'client.key'), await runJdk('java', [EXPORT_KEY, store, STORE_PASSWORD]))
}

function keytool(store: string, options: string, ...more: string[]): Promise<string> {
  const access = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD]
  return runJdk('keytool', [...options.split(' '), ...more, ...access])
}
