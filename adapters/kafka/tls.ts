import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { UnavailableError } from '../../src/adapter.ts'
import type { TlsOptions } from './tls-options.ts'

/**
 * What a TLS connection takes, its files read anew: renewed certificates count from the next connection on. The brokers
 * are always verified.
 * @param directory the folder that relative paths start from
 * @returns `undefined`: no TLS
 * @throws {UnavailableError} naming the option and the file that is of no use, and what to do
 */
export async function readTls(tls: TlsOptions, directory: string): Promise<ConnectionOptions | undefined> {
  if (typeof tls === 'boolean') return tls ? {} : undefined
  const { passphrase, servername } = tls
  // One after the other, so that of several faults it is always the first that is named.
  const ca = await readPem('ca', tls.ca, directory, pem => new X509Certificate(pem))
  const cert = await readPem('cert', tls.cert, directory, pem => new X509Certificate(pem))
  const key = await readPem('key', tls.key, directory, key =>
    createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) })
  )
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    throw new UnavailableError(`Kafka's ${key.name} is not the key of ${cert.name}. Name the two that belong together.`)
  }
  return {
    ...(ca && { ca: ca.pem }),
    ...(cert && { cert: cert.pem }),
    ...(key && { key: key.pem }),
    ...(passphrase !== undefined && { passphrase }),
    ...(servername !== undefined && { servername })
  }
}

interface Pem<T> {
  /** As messages call it: the option and its file. */
  readonly name: string
  readonly pem: string
  readonly parsed: T
}

/** Parses as well, since Node takes a `ca` without any certificate for one that vouches for nobody, and says nothing. */
async function readPem<T>(
  option: 'ca' | 'cert' | 'key',
  file: string | undefined,
  directory: string,
  parse: (pem: string) => T
): Promise<Pem<T> | undefined> {
  if (file === undefined) return undefined
  const name = `tls.${option} ("${file}")`
  const pem = await readFile(resolve(directory, file), 'utf8').catch(cause => {
    throw new UnavailableError(
      `Kafka's ${name} cannot be read (${codeOf(cause)}). Put the file there, readable for the bridge; relative paths start from the configuration file.`,
      { cause }
    )
  })
  try {
    return { name, pem, parsed: parse(pem) }
  } catch (cause) {
    throw new UnavailableError(`Kafka's ${name} is of no use (${codeOf(cause)}). ${ADVICE[option]}`, { cause })
  }
}

const ADVICE = {
  ca: 'It must hold certificates in PEM form.',
  cert: "It must hold the bridge's certificate in PEM form.",
  key: 'It must hold a private key in PEM form, and tls.passphrase must fit if the key is encrypted.'
} as const

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}
