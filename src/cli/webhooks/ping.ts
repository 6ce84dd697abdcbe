import { inert } from '../../gemini/inert.ts'
import { bareId } from '../../gemini/webhook.ts'
import type { Context } from './context.ts'

/**
 * Has Gemini send a ping to a webhook.
 * @returns the exit code: 0 says that Gemini will send it, and not that it arrives
 *
 * @throws {ApiError}
 */
export async function ping(id: string, { api, tell }: Context): Promise<number> {
  await api.ping(id)
  tell(
    `Gemini sends a ping to webhook ${inert(bareId(id))}; it does not say whether it arrives. Look for its line in the log of "serve", and at gemini_event_bridge_webhooks_total.`
  )
  return 0
}
