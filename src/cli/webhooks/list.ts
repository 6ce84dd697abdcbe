import type { Context } from './context.ts'
import { showWebhook, toJson, warnOf } from './show.ts'
import { table } from './table.ts'

/**
 * Shows all webhooks of the project: a line each, or one JSON array of them as Gemini gave them.
 * @returns the exit code, 0
 * @throws {ApiError}
 */
export async function list({ json = false }: { readonly json?: boolean }, context: Context): Promise<number> {
  const { api, print, tell, command } = context
  const webhooks = await api.list()
  if (json) print(toJson(webhooks))
  else if (webhooks.length === 0) tell(`This project has no webhook. Create one: ${command} webhooks create --url …`)
  else for (const line of table(webhooks.map(webhook => showWebhook(webhook, Date.now())))) print(line)
  for (const webhook of webhooks) {
    const warning = warnOf(webhook, command)
    if (warning !== undefined) tell(warning)
  }
  return 0
}
