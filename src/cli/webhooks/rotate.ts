import { inert } from '../../gemini/inert.ts'
import type { Revocation } from '../../gemini/registrations.ts'
import { bareId } from '../../gemini/webhook.ts'
import type { Context } from './context.ts'
import { keepSecret } from './keep-secret.ts'
import { withAdvice } from './lost-answer.ts'
import { locateConfigured, type RotationPlace } from './rotation-place.ts'
import { openPrivateFile } from './secret-file.ts'

/** The command line of `webhooks rotate`. */
export interface RotateOptions {
  readonly revoke: keyof typeof REVOCATIONS
  /** The configuration whose secrets are rotated. */
  readonly config?: string
  readonly secretFile?: string
}

const REVOCATIONS = {
  immediately: 'revoke_previous_secrets_immediately',
  'after-24h': 'revoke_previous_secrets_after_h24'
} as const satisfies Record<string, Revocation>

/**
 * Makes a new signing secret for a webhook, and puts it where it belongs. The configuration has, at every moment, each
 * secret that Gemini has and has shown. Standard output has nothing, or the secret if it has no file.
 * @returns the exit code: 1 if the secret should be in a file, and is not
 * @throws {ConfigError} if the options or the configuration are at fault
 * @throws {ApiError}
 */
export async function rotate(id: string, options: RotateOptions, context: Context): Promise<number> {
  const { api, tell, command } = context
  const overlaps = options.revoke === 'after-24h'
  const { newest, previous, hasMore } = await locate(id, options, context)
  const old = newest?.held ?? []
  // Before there is a new one: so the bridge, which reads both as they change, never lacks the old one.
  const moves = overlaps && previous !== undefined && old.length > 0
  if (moves) await previous.write([...new Set([...old, ...previous.held])])

  const secret = await api
    .rotate(id, REVOCATIONS[options.revoke])
    .catch(
      withAdvice(
        `If it was done all the same, Gemini signs with a secret that nobody has: so rotate it again, soon. "${command} webhooks get ${inert(bareId(id))}" shows how its secrets begin.`
      )
    )
  tell(`Rotated the signing secret of webhook ${inert(bareId(id))}.`)
  const stays = overlaps && previous === undefined && options.secretFile === undefined
  const code = await keepSecret(secret, newest, stays ? old : [], context)
  if (moves) tell(`${previous.name} has what was in ${newest?.name} before.`)
  await tellEnd(id, overlaps, context)
  if (!overlaps && hasMore) tell('Remove what is revoked from the other entries of verify.static.secrets as well.')
  return code
}

async function locate(id: string, { config, secretFile, revoke }: RotateOptions, context: Context) {
  const nowhere: RotationPlace = { newest: undefined, previous: undefined, hasMore: false }
  if (secretFile !== undefined) return { ...nowhere, newest: await openPrivateFile(secretFile, context.directory) }
  return config === undefined ? nowhere : locateConfigured(id, config, revoke === 'immediately', context)
}

/** Says until when the bridge needs what was there before, and how to see that it does not any more. */
async function tellEnd(id: string, overlaps: boolean, { api, tell }: Context): Promise<void> {
  if (!overlaps) {
    tell('What it was before is revoked. Until the bridge has read the new one, it answers 401; Gemini delivers again.')
    return
  }
  // The secret is safe by now: not to know when the old one ends is no failure.
  const { signing_secrets: secrets = [] } = await api.get(id).catch(() => ({ signing_secrets: [] }))
  const end = secrets
    .flatMap(({ expire_time }) => expire_time ?? [])
    .toSorted()
    .at(-1)
  tell(
    `What it was before stays valid ${end === undefined ? 'for 24 hours' : `until ${inert(end)}`}. Keep it configured, behind the new one, until then: gemini_event_bridge_signatures_total{key} counts which of them still sign.`
  )
}
