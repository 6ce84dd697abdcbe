import type { Answers, SecretsPlace } from './answers.ts'

/** A secret of the bridge's own: where it is kept. */
export interface KeptSecret {
  /** As `init` calls it. */
  readonly name: 'signing secret' | 'callback token'
  /** Of the endpoint that takes it. */
  readonly path: string
  /** The file, beside the configuration. */
  readonly file: string
  readonly variable: string
}

export const SIGNING_SECRET: KeptSecret = {
  name: 'signing secret',
  path: '/webhooks/gemini',
  file: 'gemini-secret',
  variable: 'GEMINI_WEBHOOK_SECRET'
}
export const CALLBACK_TOKEN: KeptSecret = {
  name: 'callback token',
  path: '/webhooks/gemini/jobs',
  file: 'gemini-token',
  variable: 'GEMINI_CALLBACK_TOKEN'
}

/** The secrets that these webhooks take. */
export function secretsOf({ webhooks }: Pick<Answers, 'webhooks'>): KeptSecret[] {
  return [...(webhooks === 'dynamic' ? [] : [SIGNING_SECRET]), ...(webhooks === 'static' ? [] : [CALLBACK_TOKEN])]
}

/** The configuration, as it is to be written: with references, without defaults. */
export function configurationOf({ webhooks, project, adapter, options, secrets }: Answers): Record<string, unknown> {
  const source = project === '' ? {} : { source: `//generativelanguage.googleapis.com/projects/${project}` }
  return {
    endpoints: secretsOf({ webhooks }).map(secret => ({
      path: secret.path,
      ...source,
      verify: verifierWith(secret, referenceTo(secret, secrets))
    })),
    destinations: { [adapter.definition.name]: { adapter: adapter.name, ...options } }
  }
}

/** A verifier that takes this one value. */
export function verifierWith(secret: KeptSecret, value: string): Record<string, unknown> {
  return secret === SIGNING_SECRET ? { static: { secrets: [value] } } : { dynamic: { tokens: [value] } }
}

function referenceTo({ file, variable }: KeptSecret, place: SecretsPlace): string {
  return place === 'file' ? `\${file:./${file}}` : `\${env:${variable}}`
}
