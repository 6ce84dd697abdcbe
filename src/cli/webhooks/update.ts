import { inert } from '../../gemini/inert.ts'
import type { Changes } from '../../gemini/registrations.ts'
import type { Context } from './context.ts'
import { parseEvents } from './events.ts'
import { printWebhook } from './get.ts'
import { attempt, refuseAll } from './problems.ts'
import { notesOnUrl, parseWebhookUrl } from './webhook-url.ts'

/** The command line of `webhooks update`: at least one of them. */
export interface UpdateOptions {
  readonly url?: string
  readonly events?: string
  readonly name?: string
  readonly state?: 'enabled' | 'disabled'
}

/**
 * Changes what is given, and nothing else; then shows the webhook.
 * @returns the exit code: 1 if Gemini says that it is in another state than was asked for
 * @throws {ConfigError} if an option is at fault
 * @throws {ApiError}
 */
export async function update(id: string, options: UpdateOptions, context: Context): Promise<number> {
  const { api, tell } = context
  const url = attempt('--url', '--url https://bridge.example.com/webhooks/gemini', () =>
    options.url === undefined ? undefined : parseWebhookUrl(options.url)
  )
  const events = attempt('--events', '--events batch.succeeded,video.generated', () =>
    options.events === undefined ? undefined : parseEvents(options.events)
  )
  if (!('value' in url) || !('value' in events)) throw refuseAll(url, events)
  if (url.value !== undefined) for (const note of notesOnUrl(url.value)) tell(note)
  const changes: Changes = {
    ...(options.name !== undefined && { name: options.name }),
    ...(url.value !== undefined && { uri: url.value.href }),
    ...(events.value !== undefined && { subscribed_events: events.value }),
    ...(options.state !== undefined && { state: options.state })
  }
  const webhook = await api.update(id, changes)
  printWebhook(webhook, {}, context)
  // Nobody documents whether Gemini lets itself be overruled once it has disabled a webhook.
  if (options.state === undefined || webhook.state === undefined || webhook.state === options.state) return 0
  tell(`Gemini has taken the change, but says that it is ${inert(webhook.state)}. Create it anew if it stays so.`)
  return 1
}
