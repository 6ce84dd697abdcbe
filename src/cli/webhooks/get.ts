import { inert } from '../../gemini/inert.ts'
import type { Webhook } from '../../gemini/webhook.ts'
import type { Context } from './context.ts'
import { showWebhook, toJson, warnOf } from './show.ts'

/**
 * Shows one webhook: a line for each of its properties, or as JSON as Gemini gave it.
 * @returns the exit code, 0
 * @throws {ApiError}
 */
export async function get(id: string, options: { readonly json?: boolean }, context: Context): Promise<number> {
  printWebhook(await context.api.get(id), options, context)
  return 0
}

/** Prints a webhook, and a warning if Gemini has disabled it. */
export function printWebhook(
  webhook: Webhook,
  { json = false }: { readonly json?: boolean },
  { print, tell, command }: Context
): void {
  if (json) print(toJson(webhook))
  else for (const line of linesOf(webhook)) print(line)
  const warning = warnOf(webhook, command)
  if (warning !== undefined) tell(warning)
}

function linesOf(webhook: Webhook): readonly string[] {
  const { signing_secrets: secrets = [], create_time: created, update_time: updated } = webhook
  const begins = secrets.flatMap(({ truncated_secret: begin }) => (begin === undefined ? [] : inert(begin)))
  const lines = {
    ...showWebhook(webhook, Date.now()),
    ...(begins.length > 0 && { secrets: begins.join(', ') }),
    ...(created !== undefined && { created: inert(created) }),
    ...(updated !== undefined && { updated: inert(updated) })
  }
  const width = Math.max(...Object.keys(lines).map(name => name.length))
  return Object.entries(lines).map(([name, text]) => `${name.padEnd(width)}  ${text}`)
}
