import type { z } from 'zod'
import { fingerprint } from '../verify/fingerprint.ts'
import { isSecret, schemasAt, shapeOf } from './shape.ts'
import { mapLeaves } from './tree.ts'

/**
 * A copy in which each secret is its fingerprint, the name that the metrics call it by. So is whatever a schema's
 * transformation put where the schema says nothing: it may be made of secrets.
 */
export function mask(values: object, schema: z.ZodType): object {
  return replaceSecrets(values, schema, masked) as object
}

/** A copy without its secrets: what stays the same when they are rotated. */
export function withoutSecrets(values: object, schema: z.ZodType): unknown {
  return replaceSecrets(values, schema, (text, isMarked) => (isMarked ? '…' : masked(text)))
}

/** Shorter ones would make any text unreadable. */
const SECRET_CHARACTERS = 4

/** A text of somebody else's, in which each of these secrets is its fingerprint. */
export function maskText(text: string, values: object, schema: z.ZodType): string {
  const secrets = new Set<string>()
  replaceSecrets(values, schema, secret => secrets.add(secret))
  const long = [...secrets].filter(({ length }) => length >= SECRET_CHARACTERS)
  // One may be part of another.
  const sorted = long.toSorted((a, b) => b.length - a.length)
  return sorted.reduce((result, secret) => result.replaceAll(secret, masked(secret)), text)
}

function masked(secret: string): string {
  return `sha256:${fingerprint(secret)}`
}

function replaceSecrets(
  values: object,
  schema: z.ZodType,
  replace: (secret: string, isMarked: boolean) => unknown
): unknown {
  const shape = shapeOf(schema)
  return mapLeaves(values, (leaf, path) => {
    const said = schemasAt(shape, path)
    const isMarked = said.some(isSecret)
    return said.length === 0 || isMarked ? replace(String(leaf), isMarked) : leaf
  })
}
