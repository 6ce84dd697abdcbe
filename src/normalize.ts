import { isUtf8 } from 'node:buffer'
import { EventError } from './errors.ts'
import type { CloudEvent } from './event.ts'
import { isoTime } from './iso-time.ts'
import { type Json, type JsonObject, parseJson, stringOf } from './normalize/json.ts'
import { isRfc3339 } from './normalize/rfc3339.ts'
import type { TraceContext } from './normalize/trace-context.ts'

/** A verified webhook: what normalization may use of it. */
export interface VerifiedWebhook {
  /** `webhook-id`, byte for byte. */
  readonly id: string
  /** The bytes that the signature vouches for. */
  readonly body: Buffer
  /** When the request arrived, in milliseconds since the epoch. */
  readonly receivedAt: number
  readonly trace: TraceContext
}

export interface NormalizeOptions {
  readonly source: string
  readonly typePrefix: string
  /** What becomes the event's `data`: the envelope's `data` with its other members, or the body as it came. */
  readonly data: 'payload' | 'envelope'
  /** Extension attribute name → dotted path into the payload. */
  readonly extensions: Readonly<Record<string, string>>
}

export interface Normalized {
  readonly event: CloudEvent
  /** The envelope's own `type`, without the prefix. */
  readonly envelopeType: string
  /** Configured extensions that are absent because CloudEvents forbids their value (control characters and the like). */
  readonly forbidden: readonly string[]
}

/**
 * Makes the function that turns a verified webhook into its CloudEvent. Pure: the same webhook gives the same event.
 * The function throws `EventError` when the body is not an envelope: a JSON object in UTF-8 with a non-empty `type`.
 */
export function createNormalizer(options: NormalizeOptions): (webhook: VerifiedWebhook) => Normalized {
  const extensions = Object.entries(options.extensions).map(([name, path]) => ({ name, path: path.split('.') }))

  return webhook => {
    const envelope = parseEnvelope(webhook.body)
    const { type, version, timestamp, data = {}, ...others } = envelope
    const payload = isObject(data) ? { ...others, ...data } : data

    const named: Record<string, string> = {}
    const forbidden: string[] = []
    for (const { name, path } of extensions) {
      const value = stringOf(at(payload, path))
      if (value === undefined || value === '') continue
      if (isAttributeValue(value)) named[name] = value
      else forbidden.push(name)
    }

    const subject = isObject(data) ? attribute(data['id']) : undefined
    const apiversion = attribute(version)
    const event: CloudEvent = {
      specversion: '1.0',
      id: webhook.id,
      source: options.source,
      type: options.typePrefix + type,
      ...(subject !== undefined && { subject }),
      ...(typeof timestamp === 'string' && isRfc3339(timestamp) && { time: timestamp }),
      datacontenttype: 'application/json',
      recordedtime: isoTime(webhook.receivedAt),
      partitionkey: subject ?? webhook.id,
      ...(apiversion !== undefined && { apiversion }),
      ...webhook.trace,
      ...named,
      data: options.data === 'envelope' ? webhook.body : Buffer.from(stringify(payload))
    }
    return { event: Object.freeze(event), envelopeType: type, forbidden }
  }
}

function parseEnvelope(body: Buffer): JsonObject & { type: string } {
  // Checked by itself: decoding would replace what is not UTF-8, and the event would say what nobody signed.
  if (!isUtf8(body)) throw unreadable('is not UTF-8')
  let envelope: Json
  try {
    envelope = parseJson(body.toString())
  } catch (cause) {
    throw unreadable('is not JSON, or is nested too deeply to be read', cause)
  }
  if (!isObject(envelope)) throw unreadable('is JSON, but not an object')
  const type = attribute(envelope['type'])
  if (type === undefined) throw unreadable('has no "type" that CloudEvents allows')
  return { ...envelope, type }
}

/** It is signed, so nothing in between has changed it. */
function unreadable(fault: string, cause?: unknown): EventError {
  return new EventError(`The verified body ${fault}. Report it to Gemini, or see who else signs with this key.`, {
    cause
  })
}

function stringify(payload: Json): string {
  try {
    return JSON.stringify(payload)
  } catch (cause) {
    throw unreadable('is nested too deeply to be written', cause)
  }
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

function attribute(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && isAttributeValue(value) ? value : undefined
}

/** CloudEvents 1.0 section "Type System": no control characters, noncharacters or lone surrogates. */
export function isAttributeValue(value: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(value)
}
