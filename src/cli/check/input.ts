import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Config } from '../../config/config.ts'
import { formatSize } from '../../config/size.ts'
import { isMapping } from '../../config/tree.ts'
import type { Unpublishable } from '../../deliver/dead-letter.ts'
import { ConfigError, EventError } from '../../errors.ts'
import type { CloudEvent } from '../../event.ts'
import { parseJson } from '../../normalize/json.ts'
import { createNormalizer } from '../../normalize.ts'
import { parseStructured } from '../../structured.ts'
import type { Io } from '../io.ts'

/** An event, as the bridge would make it of a webhook's body, or as it stands in the file. */
export interface EventReading {
  /** The paths where the body would arrive; absent where the file is an event already. */
  readonly endpoints?: readonly string[]
  readonly body?: Buffer
  readonly event: CloudEvent
  /** Configured extensions that are absent because CloudEvents forbids their value. */
  readonly forbidden: readonly string[]
}

/** A webhook's body that is no event. */
export interface UnreadableReading {
  readonly endpoints: readonly string[]
  readonly body: Buffer
  readonly webhook: Unpublishable
  readonly refusal: EventError
}

export type Reading = EventReading | UnreadableReading

/** What reading takes of the process. */
export type InputIo = Pick<Io, 'directory'> & { readonly stdin: Readable }

/** Stands for `webhook-id`, which a body does not have. */
const ID = 'msg_example'
const EXAMPLE = '{"type":"batch.succeeded","version":"v1","data":{"id":"batches/1"}}'

/**
 * Reads a webhook's body, or an event in structured content mode.
 * @param file from the working directory; `-` for standard input
 * @param now when the webhook arrives, in milliseconds since the epoch
 * @returns a reading for each source that the endpoints give their events
 * @throws {ConfigError} when there is no such file, or it is neither
 */
export async function readEvent(file: string, config: Config, io: InputIo, now: number): Promise<Reading[]> {
  const bytes = await readBytes(file, io)
  const place = file === '-' ? 'standard input' : file
  if (isStructured(bytes)) return [{ event: readStructured(bytes.toString(), place), forbidden: [] }]
  const { body: limit } = config.limits
  if (bytes.length > limit) {
    const fault = `has ${bytes.length} bytes, and limits.body is ${formatSize(limit)}: such a webhook is answered with 413. Raise limits.body, or name a smaller file`
    throw new ConfigError([{ place, fault }])
  }
  // What an event says of its origin is all that depends on the endpoint.
  const bySource = Map.groupBy(config.endpoints, ({ source }) => source)
  return [...bySource].map(([source, endpoints]) => ({
    endpoints: endpoints.map(({ path }) => path),
    body: bytes,
    ...normalize(bytes, source, config, now)
  }))
}

async function readBytes(file: string, { directory, stdin }: InputIo): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(stdin) : await readFile(resolve(directory, file))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause
    throw new ConfigError(
      [{ place: '--event', fault: `${file} cannot be read (${code}); name a file that can, or - for standard input` }],
      { cause }
    )
  }
}

/** An envelope has no `specversion`, and every CloudEvent has. */
function isStructured(bytes: Buffer): boolean {
  try {
    const value = isUtf8(bytes) && parseJson(bytes.toString())
    return isMapping(value) && Object.hasOwn(value, 'specversion')
  } catch {
    return false
  }
}

function readStructured(text: string, place: string): CloudEvent {
  try {
    return parseStructured(text)
  } catch (cause) {
    if (!(cause instanceof EventError)) throw cause
    throw new ConfigError([{ place, fault: cause.message, example: EXAMPLE }], { cause })
  }
}

function normalize(body: Buffer, source: string, { events }: Config, receivedAt: number) {
  try {
    return createNormalizer({ source, ...events })({ id: ID, body, receivedAt, trace: {} })
  } catch (refusal) {
    if (!(refusal instanceof EventError)) throw refusal
    return { webhook: { id: ID, source, recordedtime: new Date(receivedAt).toISOString() }, refusal }
  }
}
