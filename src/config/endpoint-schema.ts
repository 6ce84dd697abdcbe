import { z } from 'zod'
import { parseKeysUrl } from '../verify/keys-url.ts'
import { parseSecret } from '../verify/secret.ts'
import { duration } from './duration.ts'

/** Google's published keys, which sign the webhooks of every project. */
const GEMINI_KEYS = 'https://generativelanguage.googleapis.com/.well-known/jwks.json'

/** What stands for a secret in examples. */
export const SECRET = `\${env:GEMINI_WEBHOOK_SECRET}`
export const TOKEN = `\${env:GEMINI_CALLBACK_TOKEN}`

export const NO_VERIFIER = 'must have a verifier (static or dynamic): nothing unverified is published'

/** Takes what the parser takes. The issue says what it throws, which never shows the value; nor does the issue hold it. */
const parsableBy = (parse: (text: string) => unknown) =>
  z.check<string>(({ value, issues }) => {
    try {
      parse(value)
    } catch (error) {
      issues.push({ code: 'custom', message: error instanceof Error ? error.message : String(error), input: undefined })
    }
  })

const secret = z
  .string({ error: 'must be a signing secret: whsec_ and base64' })
  .check(parsableBy(text => split(text).forEach(parseSecret)))
  .meta({ secret: true, examples: [SECRET] })

const TOKEN_ERROR = 'must be at least 22 URL-safe characters (A-Z, a-z, 0-9, _ and -); openssl rand -hex 16 makes one'
const token = z
  .string({ error: TOKEN_ERROR })
  .regex(/^[\w-]{22,}(\s+[\w-]{22,})*$/, { error: TOKEN_ERROR })
  .meta({ secret: true, examples: [TOKEN] })

/** One entry may hold several, so that one file, or one variable, is enough for a rotation. */
function split(text: string): string[] {
  // White space at an end is no separator: it comes from a careless paste, which is worth a word.
  return text.trim() === text ? text.split(/\s+/) : [text]
}

/** A list without repetitions, each of whose entries may hold several values: as a file that has not been rotated yet. */
const several = (entries: z.ZodArray<z.ZodString>) =>
  z.codec(entries, z.array(z.string()), {
    decode: list => [...new Set(list.flatMap(split))],
    encode: list => list
  })

const staticScheme = z
  .strictObject({
    secrets: several(z.array(secret).min(1, { error: 'needs at least one signing secret' })).meta({
      description:
        'Signing secrets, newest first; any may match. One entry may hold several, with white space between.',
      examples: [[SECRET]]
    })
  })
  .meta({
    description: 'Project-level webhooks: HMAC-SHA256 (v1) under a signing secret.',
    examples: [{ secrets: [SECRET] }]
  })

const KEYS_ERROR = 'must be an https URL without credentials (http only for a loopback host)'
const keysUrl = z
  .string({ error: KEYS_ERROR })
  .check(parsableBy(parseKeysUrl))
  .meta({ description: 'Where the key set (JWKS, RFC 7517) is.', examples: [GEMINI_KEYS] })

const keySet = z.strictObject({
  url: keysUrl.prefault(GEMINI_KEYS),
  refresh: duration('100ms', '24h')
    .prefault('10m')
    .meta({ description: 'How often the key set is fetched anew.', examples: ['10m'] }),
  coolDown: duration('100ms', '1h')
    .prefault('30s')
    .meta({ description: 'At least this long between two fetches because no key matched.', examples: ['30s'] })
})

const keys = z.union(
  [
    keySet,
    z.codec(keysUrl, z.strictObject({ url: z.string(), refresh: z.number(), coolDown: z.number() }), {
      decode: url => keySet.parse({ url }),
      encode: ({ url }) => url
    })
  ],
  { error: `${KEYS_ERROR}, or a mapping with url, refresh and coolDown` }
)

const claim = (description: string, example: string) =>
  z
    .string({ error: 'must be a text that is not empty' })
    .min(1, { error: 'must be a text that is not empty' })
    .meta({ description, examples: [example] })

const dynamicScheme = z
  .strictObject({
    tokens: several(z.array(token))
      .prefault([])
      .meta({
        description: 'Callback tokens, newest first, likewise; the callback URL ends in ?token=…',
        examples: [[TOKEN]]
      }),
    anyProject: z
      .boolean({ error: 'must be true or false' })
      .default(false)
      .meta({
        description: 'Do without callback tokens, knowingly: events of any Gemini customer are then accepted.',
        examples: [true]
      }),
    keys: keys.prefault(GEMINI_KEYS).meta({
      description: 'The key set that signatures are verified with: its URL, or a mapping.',
      examples: [GEMINI_KEYS]
    }),
    jwt: z
      .strictObject({
        audience: claim('The aud claim that is required.', 'my-project'),
        issuer: claim(
          'The iss claim that is required, if any.',
          'https://generativelanguage.googleapis.com'
        ).optional(),
        bodyClaim: claim("The claim with the body's SHA-256, in hex or base64url.", 'body_sha256').optional()
      })
      .optional()
      .meta({
        description: 'Accept the documented JWT form (RS256) as well as v1a.',
        examples: [{ audience: 'my-project' }]
      })
  })
  .meta({
    description: "Per-request webhooks: Ed25519 (v1a) under Google's keys.",
    examples: [{ tokens: [TOKEN] }]
  })

const tolerancePart = duration('1s', '48h')
const toleranceParts = z.strictObject({
  past: tolerancePart.prefault('5m').meta({ description: 'How old a webhook may be.', examples: ['25h'] }),
  future: tolerancePart.prefault('5m').meta({ description: 'How far ahead of our clock it may be.', examples: ['5m'] })
})
const tolerance = z.union(
  [
    toleranceParts,
    z.codec(tolerancePart, z.strictObject({ past: z.number(), future: z.number() }), {
      decode: both => ({ past: both, future: both }),
      encode: ({ past }) => past
    })
  ],
  { error: 'must be a duration from 1s to 48h, or a mapping with past and future' }
)

const PATH_ERROR = 'must start with / and have only A-Z, a-z, 0-9 and . _ ~ / -'
const RESERVED_PATHS = ['/health/live', '/health/ready', '/metrics']
const SOURCE_ERROR = 'must be a URI or URI reference (RFC 3986) that is not empty'

export const endpoint = z.strictObject({
  path: z
    .string({ error: PATH_ERROR })
    .regex(/^\/[\w.~/-]*$/, { error: PATH_ERROR })
    .refine(path => !RESERVED_PATHS.includes(path), { error: 'must not be a path of the bridge itself' })
    .meta({ description: 'Matched exactly, without the query.', examples: ['/webhooks/gemini'] }),
  source: z
    .string({ error: SOURCE_ERROR })
    .regex(/^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-fA-F]{2})+$/, { error: SOURCE_ERROR })
    .prefault('//generativelanguage.googleapis.com')
    .meta({
      description: "The events' source.",
      examples: ['//generativelanguage.googleapis.com/projects/acme']
    }),
  verify: z
    .strictObject(
      {
        static: staticScheme.optional(),
        dynamic: dynamicScheme.optional(),
        insecure: z
          .literal(true, { error: 'can only be true; leave it out otherwise' })
          .optional()
          .meta({
            description: 'Verify nothing. For local work; only where listen.host is a loopback address.',
            examples: [true]
          })
      },
      { error: issue => (issue.code === 'invalid_type' ? NO_VERIFIER : undefined) }
    )
    .meta({
      description: 'How webhooks at this path prove that they come from Gemini.',
      examples: [{ static: { secrets: [SECRET] } }]
    }),
  tolerance: tolerance.prefault('5m').meta({
    description: 'How far webhook-timestamp may be from now, either way, or { past, future }.',
    examples: ['5m']
  })
})
