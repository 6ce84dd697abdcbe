import { z } from '../../src/adapter.ts'
import { tokenUrlFault } from './token/token-url.ts'

const text = (error: string) => z.string({ error }).min(1, { error })

const PASSWORD_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

const withPassword = z.strictObject({
  mechanism: z.enum(PASSWORD_MECHANISMS),
  username: text('must be a text: the user, or an API key')
    .describe('The user, or an API key (plain, scram).')
    .meta({ examples: ['gemini-event-bridge'] }),
  password: text('must be a text: the password, or an API secret')
    .describe('The password, or an API secret (plain, scram).')
    .meta({ secret: true, examples: [`\${env:KAFKA_SASL_PASSWORD}`] })
})

const withClient = z.strictObject({
  mechanism: z.literal('oauthbearer'),
  tokenUrl: z
    .string({ error: 'must be the https URL of the token endpoint' })
    .check(({ value, issues }) => {
      const message = tokenUrlFault(value)
      if (message !== undefined) issues.push({ code: 'custom', message, input: undefined })
    })
    .describe('The token endpoint, for client credentials (oauthbearer; RFC 6749, section 4.4).')
    .meta({ examples: ['https://login.example.com/oauth2/token'] }),
  clientId: text('must be a text: the client that the token endpoint knows')
    .describe('The client that the token endpoint knows (oauthbearer).')
    .meta({ examples: ['gemini-event-bridge'] }),
  clientSecret: text("must be a text: the client's secret")
    .describe("The client's secret (oauthbearer).")
    .meta({ secret: true, examples: [`\${env:KAFKA_SASL_CLIENT_SECRET}`] }),
  scope: text('must be scopes with spaces between them')
    .optional()
    .describe('The scopes to ask for, with spaces between them (oauthbearer).')
    .meta({ examples: ['kafka'] }),
  audience: text('must be a text that is not empty')
    .optional()
    .describe('The audience to ask for, where the token endpoint wants one (oauthbearer).')
    .meta({ examples: ['https://kafka.example.com'] })
})

const PROVIDER_ERROR = 'must be a package, or a path that starts with ./ or /'
const withProvider = z.strictObject({
  mechanism: z.literal('oauthbearer'),
  provider: z
    .string({ error: PROVIDER_ERROR })
    .regex(/^([./].*|(@[\w.~-]+\/)?[\w.~-]+(\/[\w.~/-]+)?)$/, { error: PROVIDER_ERROR })
    .describe('A module that gives tokens (oauthbearer): a package, or a path from the configuration file.')
    .meta({ examples: ['./token.js'] })
})

export type ClientOptions = z.output<typeof withClient>
export type ProviderOptions = z.output<typeof withProvider>
/** One mechanism, with what it needs and nothing else. */
export type SaslOptions = z.output<typeof withPassword> | ClientOptions | ProviderOptions

const MECHANISMS = [...PASSWORD_MECHANISMS, 'oauthbearer'] as const
// Kafka's own documents write them in upper case.
const SPELLINGS = MECHANISMS.flatMap(name => [name, name.toUpperCase()])

/** Every key that there is: a union would say of one in the wrong place that it is unknown, and suggest that same one. */
const written = z.strictObject({
  mechanism: z
    .enum(SPELLINGS, { error: `must be ${PASSWORD_MECHANISMS.join(', ')} or oauthbearer` })
    .describe(`How the bridge signs in: ${MECHANISMS.join(', ')}.`)
    .meta({ examples: ['scram-sha-512'] }),
  ...withPassword.omit({ mechanism: true }).partial().shape,
  ...withClient.omit({ mechanism: true }).partial().shape,
  ...withProvider.omit({ mechanism: true }).partial().shape
})

export const sasl = written.transform((value, context): SaslOptions => {
  const mechanism = value.mechanism.toLowerCase()
  const form = mechanism !== 'oauthbearer' ? withPassword : value.provider === undefined ? withClient : withProvider
  const { data, error } = form.safeParse({ ...value, mechanism })
  if (data !== undefined) return data
  const stray = Object.keys(value).filter(key => !Object.hasOwn(form.shape, key))
  // As long as a key contradicts the mechanism, nobody knows which others are missing.
  const faults = stray.length === 0 ? error.issues : strayFaults(stray, mechanism)
  for (const { path, message } of faults) context.addIssue({ code: 'custom', path: [...path], message })
  return z.NEVER
})

/** Each at the key whose example would mend it. */
function strayFaults(stray: readonly string[], mechanism: string): Pick<z.core.$ZodIssue, 'path' | 'message'>[] {
  if (mechanism !== 'oauthbearer') {
    const message = `needs mechanism oauthbearer; ${mechanism} takes username and password`
    return stray.map(key => ({ path: [key], message }))
  }
  const foreign = stray.filter(key => Object.hasOwn(withPassword.shape, key)).join(' and ')
  return foreign === ''
    ? [{ path: ['provider'], message: `cannot stand beside ${stray.join(', ')}: tokens come from one of them` }]
    : [{ path: ['mechanism'], message: `must be another one for ${foreign}; ${OAUTHBEARER}` }]
}

const OAUTHBEARER = 'oauthbearer takes tokenUrl, clientId and clientSecret, or provider'
