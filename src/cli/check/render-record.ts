import { isUtf8 } from 'node:buffer'
import { Scalar } from 'yaml'
import { mapLeaves } from '../../config/tree.ts'

/**
 * A record as `yaml` writes it for people: bytes that are UTF-8 are that text; others are base64 under YAML's own tag
 * for it, `!!binary`. All else stays as it is.
 * @see https://yaml.org/type/binary.html
 */
export function renderRecord(record: unknown): unknown {
  return mapLeaves(record, leaf => (leaf instanceof Uint8Array ? renderBytes(leaf) : leaf))
}

function renderBytes({ buffer, byteOffset, byteLength }: Uint8Array): string | Scalar {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const binary = new Scalar(bytes.toString('base64'))
  binary.tag = 'tag:yaml.org,2002:binary'
  return binary
}
