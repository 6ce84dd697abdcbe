import { bareId } from '../../gemini/webhook.ts'
import type { Context } from './context.ts'
import { printWebhook } from './get.ts'

/**
 * Deletes a webhook, without asking, and shows what it was.
 * @returns the exit code, 0
 * @throws {ApiError}
 */
export async function remove(id: string, context: Context): Promise<number> {
  const { api, tell } = context
  const webhook = await api.get(id)
  await api.delete(id)
  printWebhook({ ...webhook, state: 'deleted' }, {}, context)
  tell(`Webhook ${bareId(id)} is deleted. Its signing secret is of no use any more: remove it from the configuration.`)
  return 0
}
