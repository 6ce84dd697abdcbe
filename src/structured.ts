import { isUtf8 } from 'node:buffer'
import { EventError } from './errors.ts'
import { type CloudEvent, isJson } from './event.ts'
import { isRfc3339 } from './normalize/rfc3339.ts'
import { isAttributeValue } from './normalize.ts'
import { membersOf } from './structured/members.ts'

/**
 * Reads an event in structured content mode, whoever has written it: the inverse of `toStructured`. JSON data stay byte
 * for byte, numbers among the attributes keep their digits, attributes that nobody knows are kept, and null is absence.
 * Where there are no data at all, they are `null` if they have to be JSON, and no bytes otherwise.
 * @throws {EventError} if the text is no CloudEvent 1.0
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function parseStructured(text: string): CloudEvent {
  const members = readMembers(text)
  const attributes = new Map<string, string>()
  for (const [name, source] of members) {
    const value = name === 'data' || name === 'data_base64' ? undefined : attributeOf(name, source)
    if (value !== undefined) attributes.set(name, value)
  }
  const data = members.get('data')
  const base64 = members.get('data_base64') === 'null' ? undefined : members.get('data_base64')
  if (data !== undefined && base64 !== undefined) throw new EventError('The event has both data and data_base64.')
  const implied = data === undefined ? 'application/octet-stream' : 'application/json'
  const event: CloudEvent = {
    specversion: '1.0',
    id: required(attributes, 'id'),
    source: required(attributes, 'source'),
    type: required(attributes, 'type'),
    datacontenttype: implied,
    ...Object.fromEntries(attributes),
    data: Buffer.alloc(0)
  }
  return Object.freeze({ ...event, data: bytesOf(data, base64, isJson(event)) })
}

/** The members of the object, each once, in the text they are written in. */
function readMembers(text: string): ReadonlyMap<string, string> {
  if (!text.isWellFormed()) throw new EventError('The event is no Unicode text: it has a surrogate by itself.')
  if (!isJsonText(text)) throw new EventError('The event is not JSON, or is nested too deeply to be read.')
  if (!text.trimStart().startsWith('{')) throw new EventError('The event is JSON, but not an object.')
  const members = new Map<string, string>()
  for (const [name, source] of membersOf(text)) {
    if (members.has(name)) throw new EventError(`The event has ${JSON.stringify(name)} twice.`)
    // White space around the data may be the sender's own: toStructured puts none there.
    members.set(name, name === 'data' ? source : source.trim())
  }
  const version = members.get('specversion')
  if (version === undefined) throw new EventError('This is no CloudEvent: it has no specversion.')
  if (JSON.parse(version) !== '1.0') throw new EventError(`The event's specversion is ${version}, and not "1.0".`)
  return members
}

/** An attribute as a string, or nothing where its value is null. */
function attributeOf(name: string, source: string): string | undefined {
  if (!/^[a-z\d]+$/.test(name)) {
    throw new EventError(`${JSON.stringify(name)} is no attribute's name: those are lower case letters and digits.`)
  }
  const value: unknown = JSON.parse(source)
  if (value === null) return undefined
  if (typeof value === 'object') throw new EventError(`The event's ${name} is an object or array, and no attribute is.`)
  if (typeof value !== 'string') return source
  if (!isAttributeValue(value)) {
    throw new EventError(`The event's ${name} has a character that CloudEvents forbids, such as a line break.`)
  }
  if (name === 'time' && !isRfc3339(value)) throw new EventError("The event's time is not RFC 3339.")
  return value
}

function required(attributes: ReadonlyMap<string, string>, name: string): string {
  const value = attributes.get(name)
  if (!value) throw new EventError(`The event has no ${name}.`)
  return value
}

function bytesOf(data: string | undefined, base64: string | undefined, json: boolean): Buffer {
  if (base64 !== undefined) {
    const bytes = fromBase64(JSON.parse(base64))
    if (!json || (isUtf8(bytes) && isJsonText(bytes.toString()))) return bytes
    throw new EventError("The event's data_base64 is no JSON, and its datacontenttype says that it is.")
  }
  if (json || data === undefined) return Buffer.from(data ?? (json ? 'null' : ''))
  const text: unknown = JSON.parse(data)
  if (typeof text === 'string' && text.isWellFormed()) return Buffer.from(text)
  throw new EventError("The event's data are no text, and its datacontenttype says that they are no JSON.")
}

function fromBase64(text: unknown): Buffer {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  // Buffer skips over whatever is no Base64.
  if (bytes.toString('base64') === text) return bytes
  throw new EventError("The event's data_base64 is not Base64.")
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
