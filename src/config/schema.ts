import { isIP } from 'node:net'
import { z } from 'zod'
import { dedupe } from './dedupe-schema.ts'
import { destinations } from './destination-schema.ts'
import { duration } from './duration.ts'
import { endpoint } from './endpoint-schema.ts'
import { events } from './events-schema.ts'
import { integer } from './integer.ts'
import { deadLetter, routes } from './route-schema.ts'
import { size } from './size.ts'

const count = () => integer(1, 1_000_000)

const HOST_ERROR = 'must be an IP address or a host name'
const host = z
  .string({ error: HOST_ERROR })
  .refine(text => isIP(text) !== 0 || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(text), { error: HOST_ERROR })
const port = integer(0, 65535)

export const listen = z.strictObject({
  host: host.prefault('0.0.0.0').meta({ description: 'The address to listen on.', examples: ['127.0.0.1'] }),
  port: port
    .default(8080)
    .meta({ description: 'The port for webhooks; PORT, when set, wins. 0: any.', examples: [8080] })
})

export const admin = z.union(
  [
    z.strictObject({
      host: host.prefault('127.0.0.1').meta({ description: 'The address to listen on.', examples: ['127.0.0.1'] }),
      port: port.default(9464).meta({ description: 'The port for metrics and health. 0: any.', examples: [9464] })
    }),
    z.codec(z.literal('off'), z.literal(false), { decode: () => false as const, encode: () => 'off' as const }),
    z.literal(false)
  ],
  { error: 'must be off, or a mapping with host and port' }
)

export const receiving = z.strictObject({
  requests: count()
    .default(500)
    .meta({ description: 'How many at once.', examples: [500] }),
  bytes: size('1B', '64GiB')
    .prefault('16MiB')
    .meta({ description: 'Their bytes together.', examples: ['16MiB'] })
})

export const limits = z.strictObject({
  body: size('1B', '1GiB')
    .prefault('256KiB')
    .meta({ description: 'The largest body; above it, 413.', examples: ['256KiB'] }),
  connections: count()
    .default(5000)
    .meta({ description: 'Open connections.', examples: [5000] }),
  receiving: receiving
    .prefault({})
    .meta({ description: 'Requests not yet verified.', examples: [{ requests: 500, bytes: '16MiB' }] }),
  inFlightRequests: count()
    .default(1000)
    .meta({ description: 'Verified webhooks awaiting their destinations.', examples: [1000] }),
  inFlightBytes: size('1B', '64GiB')
    .prefault('16MiB')
    .meta({ description: 'The bytes of their bodies.', examples: ['16MiB'] }),
  receive: duration('100ms', '5m')
    .prefault('3s')
    .meta({ description: 'The whole request must have arrived within it.', examples: ['3s'] }),
  acknowledge: duration('100ms', '60s')
    .prefault('4s')
    .meta({ description: "The reply comes within it, from the request's last byte.", examples: ['4s'] }),
  drain: duration('1s', '1h')
    .prefault('8s')
    .meta({ description: 'How long a shutdown may take; at least receive + acknowledge + 1s.', examples: ['8s'] }),
  keepAlive: duration('1s', '24h')
    .prefault('620s')
    .meta({
      description: 'How long an idle connection stays open: longer than the load balancers in front.',
      examples: ['620s']
    }),
  retryAfter: duration('1s', '1h')
    .prefault('5s')
    .meta({ description: 'What a 503 says in Retry-After.', examples: ['5s'] })
})

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
    .default('info')
    .meta({ description: 'The least severity that is logged; LOG_LEVEL, when set, wins.', examples: ['info'] }),
  format: z
    .enum(['json', 'pretty'], { error: 'must be json or pretty' })
    .optional()
    .meta({ description: 'JSON lines, or readable text (the default on a terminal).', examples: ['json'] })
})

/**
 * The configuration, but for the adapters' own options, which their adapters describe. What it takes is what the file
 * says; what it gives has durations in milliseconds, sizes in bytes and every default. `z.encode` leads back.
 */
export const configSchema = z.strictObject({
  listen: listen
    .prefault({})
    .meta({ description: 'Where webhooks arrive.', examples: [{ host: '0.0.0.0', port: 8080 }] }),
  admin: admin.prefault({}).meta({
    description: 'Where /metrics and health are; off to leave out.',
    examples: [{ host: '127.0.0.1', port: 9464 }]
  }),
  health: z
    .strictObject({
      ready: z
        .enum(['connected', 'listening'], { error: 'must be connected or listening' })
        .default('connected')
        .meta({
          description:
            'Ready once every required destination has connected, or as soon as the bridge listens (as a sidecar).',
          examples: ['connected']
        })
    })
    .prefault({})
    .meta({ description: 'Health checks.', examples: [{ ready: 'connected' }] }),
  endpoints: z
    .array(endpoint)
    .min(1, { error: 'needs at least one endpoint' })
    .meta({
      description: 'The paths that take webhooks, each with its verifier.',
      examples: [[{ path: '/webhooks/gemini', verify: { static: { secrets: [`\${env:GEMINI_WEBHOOK_SECRET}`] } } }]]
    }),
  events: events
    .prefault({})
    .meta({ description: 'How webhooks become CloudEvents.', examples: [{ data: 'payload' }] }),
  destinations,
  routes: routes.exactOptional(),
  deadLetter: deadLetter.exactOptional(),
  dedupe: dedupe.prefault({}),
  limits: limits.prefault({}).meta({
    description: 'What the bridge takes on at once, and how long it may take.',
    examples: [{ body: '256KiB' }]
  }),
  log: log.prefault({}).meta({ description: "The bridge's own log, on standard error.", examples: [{ level: 'info' }] })
})
