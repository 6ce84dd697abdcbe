import { z } from '../../src/adapter.ts'
import { parseTokenUrl } from './token/token-url.ts'

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const
const MECHANISM_ERROR = `must be ${MECHANISMS.slice(0, -1).join(', ')} or ${MECHANISMS.at(-1)}`

const text = (error: string) => z.string({ error }).min(1, { error })

const withPassword = z.strictObject({
  mechanism: z.enum(MECHANISMS).exclude(['oauthbearer']),
  username: text('must be a text: whom the brokers know the bridge as, or an API key')
    .describe('plain, scram: the user, or API key.')
    .meta({ examples: ['gemini-event-bridge'] }),
  password: text('must be a text (in quotes, if it is a number): the password, or API secret')
    .describe('plain, scram: the password, or API secret.')
    .meta({ secret: true, examples: [`\${env:KAFKA_SASL_PASSWORD}`] })
})

const withClient = z.strictObject({
  mechanism: z.literal('oauthbearer'),
  tokenUrl: z
    .string({ error: 'must be the https URL of the token endpoint' })
    .check(({ value, issues }) => {
      const fault = parseTokenUrl(value)
    })
    .describe('oauthbearer: where tokens are had for the client credentials (RFC 6749, section 4.4).')
    .meta({ examples: ['https://login.example.com/oauth2/token'] })
})
