import ms from 'ms'
import { inert } from '../../gemini/inert.ts'
import { bareId, DISABLED_BY_FAILURES, type Webhook } from '../../gemini/webhook.ts'
import { showEvents } from './events.ts'

/** What is not known. */
const UNKNOWN = '-'

/** A webhook for people: the columns of `list`, and the lines of `get`. Nothing in it acts on a terminal. */
export function showWebhook(webhook: Webhook, now: number) {
  return {
    id: inert(bareId(webhook.id)),
    state: inert(webhook.state ?? UNKNOWN),
    uri: inert(webhook.uri),
    events: inert(showEvents(webhook.subscribed_events ?? [])) || UNKNOWN,
    secret: showSecrets(webhook, now),
    name: inert(webhook.name ?? UNKNOWN)
  }
}

/** For how long a rotation leaves the secrets before it valid, unless it revokes them at once. */
const OVERLAP_MS = ms('24h')

/**
 * How old the newest secret is: as the end of the one before it tells, or else at most, since nothing says when it was
 * made but that the webhook is older; and until when each older one is valid.
 */
function showSecrets({ signing_secrets: secrets = [], create_time: created = '' }: Webhook, now: number): string {
  const ends = secrets.flatMap(({ expire_time: end }) => (end === undefined ? [] : [end]))
  const rotated = Math.max(...ends.map(end => Date.parse(end))) - OVERLAP_MS
  const [since, bound] = Number.isFinite(rotated) ? [rotated, ''] : [Date.parse(created), 'at most ']
  const newest = Number.isNaN(since) ? 'of unknown age' : `${bound}${ms(Math.max(0, now - since))} old`
  return [newest, ...ends.map(end => `one before until ${inert(end)}`)].join(', ')
}

/** What to do about a webhook that Gemini has switched off. */
export function warnOf({ id, uri, state }: Webhook, command: string): string | undefined {
  if (state !== DISABLED_BY_FAILURES) return undefined
  const word = shellWord(bareId(id))
  return `Gemini has disabled webhook ${word}, since its deliveries kept failing: nothing goes to ${inert(uri)}. Mend what refuses them, then:
    ${command} webhooks update ${word} --state enabled
What it has missed is not delivered again: ask the Gemini API for the jobs of that time.`
}

/** As JSON on one line: as Gemini gave it, but that a secret is shown by "create" and "rotate" alone. */
export function toJson(answer: unknown): string {
  return inert(JSON.stringify(answer, (key, value) => (key === 'new_signing_secret' ? undefined : value)))
}

/** So that it can be pasted into a shell, whatever it is. */
function shellWord(text: string): string {
  const word = inert(text)
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
