import { z } from 'zod'
import { duration } from './duration.ts'
import { integer } from './integer.ts'

/** What stands for Redis's address in examples; it may hold a password. */
export const REDIS_URL = `\${env:REDIS_URL}`

const URL_ERROR =
  'must be redis:// or rediss://, then [user:password@]host[:port][/database], with # ? / and @ in a password as %23 %3F %2F %40'

/** Takes what Redis's client takes, but for `unix:`. */
function isRedisUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return false
  // What follows # or ? is most likely the rest of a password.
  if (url.hash !== '' || url.search !== '') return false
  return /^rediss?:$/.test(url.protocol) && /^(\/\d*)?$/.test(url.pathname) && isDecodable(url.username + url.password)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

const off = z.codec(z.literal(false), z.literal('off'), { decode: () => 'off' as const, encode: () => false as const })
const STORE_ERROR = 'must be memory, redis or off'

const mapping = z.strictObject({
  store: z
    .union([z.enum(['memory', 'redis', 'off'], { error: STORE_ERROR }), off], { error: STORE_ERROR })
    .prefault('memory')
    .meta({
      description: 'memory: of each replica for itself. redis: shared by replicas, behind the memory. off: none.',
      examples: ['redis']
    }),
  url: z
    .string({ error: URL_ERROR })
    .refine(isRedisUrl, { error: URL_ERROR })
    .meta({ secret: true, description: 'Where Redis is; only for redis.', examples: [REDIS_URL] })
    .exactOptional(),
  // Gemini redelivers for 24 hours, and an hour is for its last attempt and our clocks. Less than a minute would forget
  // between two attempts; nobody redelivers after a week, and longer timers do not fit in Node's 32 bits.
  ttl: duration('1m', '168h')
    .prefault('25h')
    .meta({ description: 'How long what a destination accepted is remembered.', examples: ['25h'] }),
  maxEntries: integer(1, 10_000_000)
    .default(100_000)
    .meta({
      description: 'How many are remembered in memory, about 300 bytes each; the oldest give way.',
      examples: [100_000]
    })
})

/** Stands for a mapping with this store. */
const short = <Word extends 'off' | false>(word: Word) =>
  z.codec(z.literal(word), z.custom<z.output<typeof mapping>>(), {
    decode: () => mapping.parse({ store: word }),
    encode: () => word
  })

/** What is remembered of accepted events. Once read, it is the mapping, whatever its store. */
export const dedupe = z
  .union([mapping, short('off'), short(false)], {
    error: 'must be off, or a mapping with store, url, ttl and maxEntries, such as { store: redis, url: … }'
  })
  .meta({
    description:
      'What is remembered of accepted events, so that redeliveries are not published twice; off for nothing.',
    examples: [{ store: 'memory', ttl: '25h', maxEntries: 100_000 }]
  })
