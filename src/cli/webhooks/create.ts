import { inert } from '../../gemini/inert.ts'
import { bareId, subscribableTypes } from '../../gemini/webhook.ts'
import { openNewest } from './configured-secret.ts'
import type { Context } from './context.ts'
import { parseEvents, showEvents } from './events.ts'
import { keepSecret } from './keep-secret.ts'
import { withAdvice } from './lost-answer.ts'
import { attempt, refuseAll } from './problems.ts'
import { openPrivateFile, type SecretFile } from './secret-file.ts'
import { endpointAt, readStaticEndpoints } from './static-endpoints.ts'
import { notesOnUrl, parseWebhookUrl } from './webhook-url.ts'

/** The command line of `webhooks create`. */
export interface CreateOptions {
  readonly url: string
  /** The configuration whose endpoint it is, and whose newest secret is a reference to the file for the new one. */
  readonly config?: string
  readonly events?: string
  readonly name?: string
  readonly secretFile?: string
}

/**
 * Registers a webhook, and puts its signing secret where it belongs: what that takes is proven before anything is asked
 * of Gemini, which shows the secret this once. Standard output has the webhook's id, or the secret if it has no file.
 * @returns the exit code: 1 if the secret should be in a file, and is not
 * @throws {ConfigError} if the options or the configuration are at fault
 * @throws {ApiError}
 */
export async function create(options: CreateOptions, context: Context): Promise<number> {
  const { api, print, tell, command } = context
  const url = attempt('--url', '--url https://bridge.example.com/webhooks/gemini', () => parseWebhookUrl(options.url))
  const events = attempt('--events', '--events batch.succeeded,video.generated', () =>
    options.events === undefined ? subscribableTypes : parseEvents(options.events)
  )
  if (!('value' in url) || !('value' in events)) throw refuseAll(url, events)
  const { uri, file } = await locate(url.value, options, context)
  for (const note of notesOnUrl(uri)) tell(note)

  const created = await api
    .create({
      uri: uri.href,
      subscribed_events: events.value,
      ...(options.name !== undefined && { name: options.name })
    })
    .catch(
      withAdvice(
        `Look at "${command} webhooks list" before you try again: if the webhook is there all the same, delete it, since nobody has its secret.`
      )
    )
  const id = inert(bareId(created.id))
  tell(`Registered webhook ${id}: Gemini sends ${showEvents(events.value)} to ${inert(created.uri)}.`)
  const secret = created.new_signing_secret
  if (secret === undefined) {
    print(id)
    tell(`Gemini has not said its signing secret. Make one that it says: ${command} webhooks rotate ${id}`)
    return 1
  }
  if (file !== undefined) print(id)
  return keepSecret(secret, file, options.secretFile === undefined ? (file?.held ?? []) : [], context)
}

/** Where the webhook goes, and where its secret. */
async function locate(
  url: URL,
  { config, secretFile }: CreateOptions,
  context: Context
): Promise<{ readonly uri: URL; readonly file: SecretFile | undefined }> {
  const given = secretFile === undefined ? undefined : await openPrivateFile(secretFile, context.directory)
  if (config === undefined) return { uri: url, file: given }
  const endpoints = await readStaticEndpoints(config, context)
  const found = attempt('--url', `--url ${url.origin}${endpoints.all[0]?.path}`, () => endpointAt(url, endpoints))
  if (!('value' in found)) throw refuseAll(found)
  const uri = new URL(url)
  uri.pathname = found.value.path
  return { uri, file: given ?? (await openNewest(found.value, endpoints.directory)) }
}
