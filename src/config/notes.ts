import type { Config, EndpointConfig } from './config.ts'
import { deliveryNotes } from './delivery-notes.ts'
import type { Environment } from './environment.ts'

/**
 * What the configuration means where its keys alone do not say it: what an operator should know before it runs.
 * @param env tells the platform
 */
export function notesOn(config: Config, env: Environment): string[] {
  return [
    ...config.endpoints.flatMap(endpoint => [`${endpoint.path} ${acceptance(endpoint)}`, ...warnings(endpoint)]),
    ...(config.log.format === undefined
      ? ['The log is written as json, or pretty where standard error is a terminal.']
      : []),
    ...deliveryNotes(config, env)
  ]
}

function acceptance({ verify: { static: signed, dynamic } }: EndpointConfig): string {
  const schemes = [
    ...(signed === undefined ? [] : [`static webhooks signed with ${oneOf(signed.secrets.length, 'signing secret')}`]),
    ...(dynamic === undefined
      ? []
      : [
          `dynamic webhooks signed with Gemini's keys (${dynamic.jwt === undefined ? 'v1a' : 'v1a or JWT'})${
            dynamic.tokens.length === 0 ? '' : `, called with ${oneOf(dynamic.tokens.length, 'callback token')}`
          }`
        ])
  ]
  return schemes.length === 0
    ? 'accepts everything, unverified: anyone who reaches it can publish.'
    : `accepts ${schemes.join('; and ')}.`
}

function oneOf(count: number, what: string): string {
  return count === 1 ? `the ${what}` : `one of ${count} ${what}s`
}

function warnings({ path, verify: { dynamic } }: EndpointConfig): string[] {
  return [
    ...(dynamic !== undefined && dynamic.tokens.length === 0
      ? [
          `${path} takes webhooks of any project: its events may concern any Gemini customer, and their user_metadata is a stranger's claim.`
        ]
      : []),
    ...(path.endsWith('z') ? [`${path} ends in z: Cloud Run reserves some such paths and may not pass it on.`] : [])
  ]
}
