import { z } from '../../src/adapter.ts'
import { tokenUrlFault } from './token/token-url.ts'

const text = (error: string) => z.string({ error }).min(1, { error })

const PASSWORD_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

const withPassword = z.strictObject({
  mechanism: z.enum(PASSWORD_MECHANISMS),
  username: text('must be a text, in quotes if it is a number')
    .describe('The user or API key (plain, scram).')
    .meta({ examples: ['gemini-event-bridge'] }),
  password: text('must be a text, in quotes if it is a number')
    .describe('Its password or API secret (plain, scram).')
    .meta({ secret: true, examples: [`\${env:KAFKA_SASL_PASSWORD}`] })
})

const URL_ERROR = 'must be the https URL of the token endpoint'

const withClient = z.strictObject({
  mechanism: z.literal('oauthbearer'),
  tokenUrl: z
    .string({ error: URL_ERROR })
    .refine(url => tokenUrlFault(url) === undefined, {
      error: ({ input }) => tokenUrlFault(String(input)) ?? URL_ERROR
    })
    .describe('The token endpoint for client credentials (oauthbearer; RFC 6749, section 4.4).')
    .meta({ examples: ['https://login.example.com/oauth2/token'] }),
  clientId: text('must be a text, in quotes if it is a number')
    .describe('The client (oauthbearer).')
    .meta({ examples: ['gemini-event-bridge'] }),
  clientSecret: text('must be a text, in quotes if it is a number')
    .describe('Its secret (oauthbearer).')
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

const withProvider = z.strictObject({
  mechanism: z.literal('oauthbearer'),
  provider: text('must be the path of a module, or a package')
    .describe('A module that gives tokens (oauthbearer): a package, or a path from the configuration file.')
    .meta({ examples: ['./token.js'] })
})

const credentials = z.union([withPassword, withClient, withProvider])

/** What one of the mechanisms needs, and nothing besides. */
export type SaslOptions = z.output<typeof credentials>

const MECHANISMS = [...PASSWORD_MECHANISMS, 'oauthbearer'] as const
// Kafka's own documents write them in upper case.
const spelled = MECHANISMS.flatMap(name => [name, name.toUpperCase()])

/** All that may be written. What belongs together is said below, in words that name the keys. */
const written = z.strictObject({
  mechanism: z
    .enum(spelled, { error: `must be ${PASSWORD_MECHANISMS.join(', ')} or oauthbearer` })
    .describe(`How the bridge proves who it is: ${MECHANISMS.join(', ')}.`)
    .meta({ examples: ['scram-sha-512'] }),
  ...withPassword.omit({ mechanism: true }).partial().shape,
  ...withClient.omit({ mechanism: true }).partial().shape,
  ...withProvider.omit({ mechanism: true }).partial().shape
})

export const sasl = written.transform((value, { issues }): SaslOptions => {
  const mechanism = value.mechanism.toLowerCase()
  const form = mechanism !== 'oauthbearer' ? withPassword : value.provider === undefined ? withClient : withProvider
  const stray = Object.keys(value).filter(key => !Object.hasOwn(form.shape, key))
  const { data, error } = form.safeParse({ ...value, mechanism })
  for (const key of stray) {
    issues.push({ code: 'custom', path: [key], message: strayFault(key, mechanism), input: undefined })
  }
  if (data !== undefined) return data
  if (stray.length === 0)
    for (const { path, message } of error.issues)
      issues.push({ code: 'custom', path: [...path], message, input: undefined })
  return z.NEVER
})

function strayFault(key: string, mechanism: string): string {
  if (Object.hasOwn(withPassword.shape, key))
    return `needs mechanism ${PASSWORD_MECHANISMS.join(', ')}; oauthbearer takes tokenUrl, clientId and clientSecret, or provider`
  if (mechanism !== 'oauthbearer') return `needs mechanism oauthbearer; ${mechanism} takes username and password`
  return 'cannot stand beside provider, which gives the tokens itself'
}
