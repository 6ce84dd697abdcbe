import { VerificationError } from '../errors.ts'

/** The three headers of a Standard Webhook, each there once and well-formed. Nothing in them is proven yet. */
export interface SignedHeaders {
  /** `webhook-id`: 1 to 256 visible ASCII characters. */
  readonly id: string
  /** `webhook-timestamp`: Unix seconds, 1 to 12 digits, leading zeros and all. */
  readonly timestamp: string
  /** `webhook-signature`: 1 to 4,096 characters. */
  readonly signature: string
}

/**
 * Reads the headers that verification needs.
 * @param distinct each header with all its values
 * @throws {VerificationError} `ERR_HEADERS`, with the header's name
 */
export function readHeaders(distinct: NodeJS.Dict<string[]>): SignedHeaders {
  return {
    id: readHeader(distinct, 'webhook-id', /^[\x21-\x7e]{1,256}$/, '1 to 256 visible ASCII characters'),
    timestamp: readHeader(distinct, 'webhook-timestamp', /^[0-9]{1,12}$/, 'Unix seconds in 1 to 12 digits'),
    signature: readHeader(distinct, 'webhook-signature', /^.{1,4096}$/s, '1 to 4,096 characters')
  }
}

/**
 * As much of Node's `headersDistinct` as is signed: Node would go through all the others once more.
 * @param raw Node's `rawHeaders`: names and values in turn
 */
export function signedHeaders(raw: readonly string[]): NodeJS.Dict<string[]> {
  const distinct: NodeJS.Dict<string[]> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? ''
    if (!name.startsWith('webhook-')) continue
    const values = distinct[name] ?? []
    values.push(raw[at + 1] ?? '')
    distinct[name] = values
  }
  return distinct
}

function readHeader(distinct: NodeJS.Dict<string[]>, header: string, form: RegExp, wanted: string): string {
  const [value, ...more] = distinct[header] ?? []
  if (value === undefined) throw malformed(header, 'is missing')
  if (more.length > 0) throw malformed(header, `came ${more.length + 1} times`)
  if (!form.test(value)) throw malformed(header, `is not ${wanted}`)
  return value
}

function malformed(header: string, fault: string): VerificationError {
  return new VerificationError('ERR_HEADERS', `The header ${header} ${fault}.`, { header })
}
