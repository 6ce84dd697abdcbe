import { ConfigError } from '../../errors.ts'
import { inert } from '../../gemini/inert.ts'
import { bareId, type Webhook } from '../../gemini/webhook.ts'
import { openNewest, openPrevious } from './configured-secret.ts'
import type { Context } from './context.ts'
import type { SecretFile } from './secret-file.ts'
import { readStaticEndpoints } from './static-endpoints.ts'

/** Where the secrets of a rotation go. */
export interface RotationPlace {
  /** For the new one. */
  readonly newest: SecretFile | undefined
  /** For those before it, if they have a file of their own. */
  readonly previous: SecretFile | undefined
  /** Whether the endpoint has further entries, which may hold what is revoked. */
  readonly hasMore: boolean
}

/**
 * Finds the files of the endpoint that a webhook leads to.
 * @param revokes whether only the new secret will be left in its file
 * @throws {ConfigError} if the configuration has no such endpoint, or has no file for its newest secret, or that file may
 * hold the secret of another webhook, which would be lost
 * @throws {ApiError}
 */
export async function locateConfigured(
  id: string,
  config: string,
  revokes: boolean,
  context: Context
): Promise<RotationPlace> {
  const { all, directory } = await readStaticEndpoints(config, context)
  const webhook = await context.api.get(id)
  const path = pathOf(webhook)
  const endpoint = all.find(endpoint => endpoint.path === path)
  if (endpoint === undefined) {
    const fault = `webhook ${inert(bareId(id))} goes to ${inert(webhook.uri)}, and ${config} has no static endpoint there. Name the configuration that has, or use --secret-file`
    throw new ConfigError([{ place: '--config', fault }])
  }
  const newest = await openNewest(endpoint, directory)
  const previous = await openPrevious(endpoint, newest, directory)
  if (revokes && newest.held.length > 1) await refuseOthers(webhook, newest, context)
  return { newest, previous, hasMore: endpoint.secrets.length > 1 }
}

async function refuseOthers(webhook: Webhook, { name }: SecretFile, { api }: Context): Promise<void> {
  const others = (await api.list()).filter(other => other.id !== webhook.id && pathOf(other) === pathOf(webhook))
  if (others.length === 0) return
  const named = others.map(({ id }) => inert(bareId(id))).join(', ')
  const fault = `the same endpoint takes other webhooks too (${named}), whose secrets ${name} may hold. Use --secret-file, and replace in ${name} what is revoked`
  throw new ConfigError([{ place: '--revoke', fault }])
}

function pathOf({ uri }: Webhook): string | undefined {
  return URL.parse(uri)?.pathname
}
