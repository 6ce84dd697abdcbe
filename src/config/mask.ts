import type { z } from 'zod'
import { fingerprint } from '../verify/fingerprint.ts'
import { isSecret, schemasAt, shapeOf } from './shape.ts'
import { mapLeaves } from './tree.ts'

/**
 * A copy in which each secret is its fingerprint, the name that the metrics call it by. So is whatever a schema's
 * transformation put where the schema says nothing: it may be made of secrets.
 */
export function mask(values: object, schema: z.ZodType): object {
  const shape = shapeOf(schema)
  const masked = mapLeaves(values, (leaf, path) => {
    const said = schemasAt(shape, path)
    return said.length === 0 || said.some(isSecret) ? `sha256:${fingerprint(String(leaf))}` : leaf
  })
  return masked as object
}
