import { z } from 'zod'
import { eventTypes } from '../../event-types.ts'
import { isLoopback } from '../../loopback.ts'
import { ApiError } from './api-error.ts'
import { states } from './registry.ts'

// Gemini documents these two, but has been seen to refuse them.
const subscribable = eventTypes.filter(type => type !== 'batch.cancelled' && type !== 'interaction.cancelled')

const fields = {
  name: z.string(),
  uri: z.string().refine(isDeliverable, 'must be an https URL; http only on loopback'),
  subscribed_events: z.array(z.enum(subscribable)).nonempty()
}

export const createRequest = z.strictObject({ ...fields, name: fields.name.exactOptional() })

export const updateRequest = z.strictObject({
  name: fields.name.exactOptional(),
  uri: fields.uri.exactOptional(),
  subscribed_events: fields.subscribed_events.exactOptional(),
  state: z.enum(states).exactOptional()
})

export const rotateRequest = z.strictObject({
  revocation_behavior: z
    .enum(['revoke_previous_secrets_after_h24', 'revoke_previous_secrets_immediately'])
    .default('revoke_previous_secrets_after_h24')
})

export const pingRequest = z.strictObject({})

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

/** A page token is opaque: the place in the list that the next page follows. */
export const listRequest = z.object({
  page_size: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(DEFAULT_PAGE)
    .transform(size => Math.min(size || DEFAULT_PAGE, MAX_PAGE)),
  page_token: z
    .string()
    .default('')
    .transform(token => (token === '' ? '0' : Buffer.from(token, 'base64url').toString()))
    .pipe(z.string().regex(/^\d{1,9}$/, 'is not a page token of this API'))
    .transform(Number)
})

export function pageTokenAt(place: number): string {
  return Buffer.from(String(place)).toString('base64url')
}

/** @throws {ApiError} `INVALID_ARGUMENT`, naming the first field that is wrong */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw new ApiError(
    'INVALID_ARGUMENT',
    `Invalid value at ${issue?.path.join('.') || 'the request'}: ${issue?.message}`
  )
}

function isDeliverable(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
