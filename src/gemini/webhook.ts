import { z } from 'zod'

/**
 * The event types that a webhook can be registered for. Two more are documented, the cancellations, but refused.
 * @see https://ai.google.dev/api/webhooks
 */
export const subscribableTypes = [
  'batch.succeeded',
  'batch.expired',
  'batch.failed',
  'interaction.requires_action',
  'interaction.completed',
  'interaction.failed',
  'video.generated'
] as const

/** The state of a webhook that Gemini has switched off by itself. */
export const DISABLED_BY_FAILURES = 'disabled_due_to_failed_deliveries'

// The API is in beta: what is not needed may be missing, and what is not known stays as it is.
const signingSecret = z.looseObject({
  truncated_secret: z.string().optional(),
  /** RFC 3339. A secret that has it is an old one. */
  expire_time: z.string().optional()
})

/** A webhook as the Gemini API gives it. */
export const webhookSchema = z.looseObject({
  id: z.string().min(1),
  uri: z.string(),
  name: z.string().optional(),
  subscribed_events: z.array(z.string()).optional(),
  /** `enabled`, `disabled` (by the user), `disabled_due_to_failed_deliveries`, or what Gemini may think of. */
  state: z.string().optional(),
  signing_secrets: z.array(signingSecret).optional(),
  create_time: z.string().optional(),
  update_time: z.string().optional()
})
export type Webhook = Readonly<z.output<typeof webhookSchema>>

/** One piece of visible characters, so that it can be a line of a file. */
const secret = z.string().regex(/^[\x21-\x7e]{1,1000}$/)

export const createdSchema = webhookSchema.extend({ new_signing_secret: secret.optional().catch(undefined) })
export type CreatedWebhook = Readonly<z.output<typeof createdSchema>>

export const rotatedSchema = z.looseObject({ secret })

export const pageSchema = z.looseObject({
  webhooks: z.array(webhookSchema).optional(),
  next_page_token: z.string().optional()
})

/** The id, as it stands in the API's paths, of what may be the whole name of the resource: `webhooks/ID`. */
export function bareId(id: string): string {
  return id.replace(/^webhooks\//, '')
}
