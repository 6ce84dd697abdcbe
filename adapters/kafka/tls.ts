import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { UnavailableError } from '../../src/adapter.ts'
import type { TlsOptions } from './tls-options.ts'

/**
 * What a TLS connection needs, its files read anew: a renewed certificate is used from the next connection on. Brokers
 * are always verified; there is no way around it.
 * @param directory where relative paths start
 * @returns undefined for a connection without TLS
 * @throws {UnavailableError} naming the option and the file that cannot be used
 */
export async function readTls(tls: TlsOptions, directory: string): Promise<ConnectionOptions | undefined> {
  if (typeof tls === 'boolean') return tls ? {} : undefined
  const { passphrase, servername } = tls
  const read = async (option: 'ca' | 'cert' | 'key') =>
    tls[option] === undefined ? undefined : { option, name: tls[option], pem: await readPem(option, tls[option], directory) }
  const [ca, cert, key] = await Promise.all([read('ca'), read('cert'), read('key')])
  return {}
}
