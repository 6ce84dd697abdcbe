import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { endpoint } from '../../config/endpoint-schema.ts'
import { ConfigError } from '../../errors.ts'
import { type KeptSecret, SIGNING_SECRET, verifierWith } from './configuration.ts'

const { verify } = endpoint.shape

/** A file with a secret of the bridge's own. */
export interface SecretFile {
  readonly secret: KeptSecret
  /** As one names it from the working directory. */
  readonly name: string
  readonly path: string
  /** It was there before, with values that can be used. */
  readonly isKept: boolean
}

/**
 * Looks at the file of a secret. What is in it stays, whatever else is overwritten: it may be the only copy.
 * @throws {ConfigError} when it is there, but its values are none, or cannot be read
 */
export async function findSecretFile(secret: KeptSecret, name: string, directory: string): Promise<SecretFile> {
  const path = resolve(directory, name)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw refuse(name, `cannot be read (${error.code}). Make it readable, or move it away`)
  })
  if (text === undefined) return { secret, name, path, isKept: false }
  const value = text.replace(/\r?\n$/, '')
  if (verify.safeParse(verifierWith(secret, value)).success) return { secret, name, path, isKept: true }
  throw refuse(name, `is there already, and holds something else than a ${secret.name}. Move it away`)
}

/**
 * Writes a fresh value into a new file, which its owner alone can read.
 * @throws {ConfigError} when that cannot be done
 */
export async function makeSecretFile({ secret, name, path }: SecretFile): Promise<void> {
  const value =
    secret === SIGNING_SECRET ? `whsec_${randomBytes(32).toString('base64')}` : randomBytes(24).toString('base64url')
  await writeFile(path, `${value}\n`, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw refuse(name, `cannot be written (${error.code}). Make its folder writable, or use --secrets env`)
  })
}

function refuse(place: string, fault: string): ConfigError {
  return new ConfigError([{ place, fault }])
}
