import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, type Problem } from '../errors.ts'
import { type Json, parseJson } from '../normalize/json.ts'
import { dynamicSigner, type Signer, staticSigner } from '../standin/sign.ts'
import { parseSecret } from '../verify/secret.ts'
import type { Io } from './io.ts'

/** The command line of `send`. */
export interface SendOptions {
  readonly url: string
  /** The envelope's `type`; any. */
  readonly type: string
  /** A JSON file with the envelope's `data` member alone, never a whole envelope. Numbers keep their digits. */
  readonly data?: string
  /** `key=value` entries of `user_metadata`, which goes beside `data`. */
  readonly metadata: readonly string[]
  /** Signing secrets, separated by white space: the first one signs. Default: `GEMINI_WEBHOOK_SECRET`. */
  readonly secret?: string
  readonly scheme: 'static' | 'dynamic'
  /** An Ed25519 private key, PEM or JWK. */
  readonly key?: string
  readonly id?: string
  readonly count: number
  readonly concurrency: number
  readonly retry?: boolean
}

/** What `send` needs to know, read and valid. */
export interface SendInput {
  readonly url: URL
  readonly signer: Signer
  readonly data: Json | undefined
  readonly metadata: Record<string, string> | undefined
}

type Read = Pick<Io, 'env' | 'directory'>

/**
 * Reads what the options of `send` point to.
 * @throws {ConfigError} with all problems at once; a problem's place is the option's name
 */
export async function readSendInput(options: SendOptions, io: Read): Promise<SendInput> {
  const problems: Problem[] = []
  const attempt = async <T>(place: string, example: string, read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      problems.push({ place, fault: error instanceof Error ? error.message : String(error), example })
      return undefined
    }
  }
  const url = await attempt('--url', 'http://127.0.0.1:8080/webhooks/gemini', () => parseUrl(options.url))
  const signer =
    options.scheme === 'static'
      ? await attempt('--secret', "--secret 'whsec_…'", () => toStaticSigner(options, io))
      : await attempt('--key', '--key private.pem', () => toDynamicSigner(options, io))
  const data = await attempt('--data', '--data data.json', () => readData(options, io))
  const metadata = await attempt('--metadata', '--metadata tenant=acme', () => parseMetadata(options.metadata))
  if (problems.length > 0 || url === undefined || signer === undefined) throw new ConfigError(problems)
  return { url, signer, data, metadata }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // The URL itself stays out of the message: it may hold a callback token.
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('This is not an http or https URL.')
  return url
}

function toStaticSigner({ key, secret }: SendOptions, io: Read): Signer {
  if (key !== undefined) throw new Error('--key belongs to --scheme dynamic; static webhooks are signed by --secret.')
  const [newest] = (secret ?? io.env['GEMINI_WEBHOOK_SECRET'] ?? '').trim().split(/\s+/)
  if (!newest) throw new Error('There is no signing secret: give --secret, or set GEMINI_WEBHOOK_SECRET.')
  parseSecret(newest)
  return staticSigner(newest)
}

async function toDynamicSigner({ key, secret }: SendOptions, io: Read): Promise<Signer> {
  if (secret !== undefined) {
    throw new Error('--secret belongs to --scheme static; dynamic webhooks are signed by --key.')
  }
  if (key === undefined) throw new Error('There is no private key to sign with.')
  const text = await readText(key, io)
  const privateKey = parseKey(text)
  if (privateKey?.asymmetricKeyType !== 'ed25519') {
    throw new Error(`${key} holds no Ed25519 private key, neither as PEM nor as JWK.`)
  }
  return dynamicSigner(privateKey)
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text)
  } catch {
    // What went wrong may quote the key.
    return undefined
  }
}

async function readData({ data }: SendOptions, io: Read): Promise<Json | undefined> {
  if (data === undefined) return undefined
  const text = await readText(data, io)
  try {
    return parseJson(text)
  } catch (error) {
    throw new Error(`${data} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

async function readText(file: string, { directory }: Read): Promise<string> {
  try {
    return await readFile(resolve(directory, file), 'utf8')
  } catch (error) {
    throw new Error(
      `${file} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}). Name a file that can.`
    )
  }
}

function parseMetadata(entries: readonly string[]): Record<string, string> | undefined {
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.map(entry => {
      const equals = entry.indexOf('=')
      if (equals < 1) throw new Error(`"${entry}" is not key=value.`)
      return [entry.slice(0, equals), entry.slice(equals + 1)]
    })
  )
}
