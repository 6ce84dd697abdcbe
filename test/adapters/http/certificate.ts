import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const fixture = (name: string) => fileURLToPath(new URL(`../kafka/fixtures/${name}`, import.meta.url))

/** NODE_EXTRA_CA_CERTS with this file makes a process trust `certificate`. */
export const CERTIFICATE_FILE = fixture('bridge.pem')

/** A certificate for localhost that vouches for itself, until 2120, and its key. */
export const certificate = {
  cert: readFileSync(CERTIFICATE_FILE, 'utf8'),
  key: createPrivateKey({ key: readFileSync(fixture('bridge.key')), passphrase: 'test-passphrase' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}
