import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { isLoopback } from '../loopback.ts'
import { formatDuration } from './duration.ts'
import { endpoint, NO_VERIFIER, SECRET, TOKEN } from './endpoint-schema.ts'
import { admin, limits, listen, receiving } from './schema.ts'
import { formatSize } from './size.ts'
import type { Fault } from './written.ts'

/** Reads a mapping whose values may be faulty: those are undefined, the others are what they would be by themselves. */
function soundParts<S extends z.ZodRawShape>({ shape }: z.ZodObject<S>) {
  const entries = Object.entries(shape).map(([key, schema]) => [key, z.optional(schema as z.ZodType).catch(undefined)])
  const parts = z.object(Object.fromEntries(entries)) as unknown as z.ZodType<{ [K in keyof S]?: z.output<S[K]> }>
  return parts.catch(() => parts.parse({}))
}

/** What is there but faulty counts as there. */
const texts = z.array(z.string().catch('')).optional().catch([''])
const ifSound = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

/** The configuration as far as it is sound: what is to be compared can be, whatever is wrong elsewhere. */
const sound = z.object({
  listen: soundParts(listen).prefault({}),
  admin: admin.prefault({}).catch(false),
  limits: soundParts(limits.extend({ receiving: soundParts(receiving).prefault({}) })).prefault({}),
  endpoints: z
    .array(
      z
        .object({
          path: ifSound(endpoint.shape.path),
          source: ifSound(endpoint.shape.source),
          verify: ifSound(
            z.looseObject({
              static: ifSound(z.looseObject({ secrets: texts })),
              dynamic: ifSound(
                z.looseObject({ tokens: texts, anyProject: z.unknown().optional(), jwt: z.unknown().optional() })
              )
            })
          )
        })
        .catch({})
    )
    .catch([])
})
type Sound = z.output<typeof sound>

/**
 * What is wrong between values that are each right by themselves. Looks at whatever is sound, so that it has its say
 * together with everything else.
 */
export function inconsistencies(tree: unknown): Fault[] {
  const config = sound.catch(() => sound.parse({})).parse(tree)
  return [
    ...addressFaults(config),
    ...limitFaults(config),
    ...config.endpoints.flatMap((_, index) => [...endpointFaults(config, index), ...verifyFaults(config, index)])
  ]
}

function* addressFaults({ listen: one, admin: other }: Sound): Generator<Fault> {
  if (!other || one.host === undefined || one.port !== other.port || one.port === 0) return
  if (covers(one.host, other.host) || covers(other.host, one.host)) {
    yield { path: ['admin', 'port'], fault: 'must differ from listen.port, or the hosts must', example: 9464 }
  }
}

/** Whether listening on one host takes the port from the other. */
function covers(host: string, other: string): boolean {
  return host === other || host === '::' || (host === '0.0.0.0' && !isIPv6(other))
}

function* limitFaults({
  limits: { body, inFlightBytes, receiving, receive, acknowledge, drain }
}: Sound): Generator<Fault> {
  if (body !== undefined && inFlightBytes !== undefined && body > inFlightBytes) {
    yield { path: ['limits', 'body'], fault: `must be at most limits.inFlightBytes (${formatSize(inFlightBytes)})` }
  }
  if (body !== undefined && receiving?.bytes !== undefined && body > receiving.bytes) {
    const fault = `must be at least limits.body (${formatSize(body)})`
    yield { path: ['limits', 'receiving', 'bytes'], fault, example: formatSize(body) }
  }
  if (receive === undefined || acknowledge === undefined || drain === undefined) return
  const least = receive + acknowledge + 1000
  if (drain < least) {
    const example = formatDuration(least)
    yield {
      path: ['limits', 'drain'],
      fault: `must be at least limits.receive + limits.acknowledge + 1s (${example})`,
      example
    }
  }
}

function* endpointFaults({ endpoints }: Sound, index: number): Generator<Fault> {
  const { path, source, verify } = endpoints[index] ?? {}
  const first = endpoints.findIndex(other => path !== undefined && other.path === path)
  if (first >= 0 && first < index) {
    yield { path: ['endpoints', index, 'path'], fault: `is the path of endpoints[${first}] already. Give each its own` }
  }
  if (verify?.dynamic?.anyProject !== true || source === undefined) return
  const twin = endpoints.findIndex((other, position) => position !== index && other.source === source)
  if (twin >= 0) {
    yield {
      path: ['endpoints', index, 'source'],
      fault: `must differ from the source of endpoints[${twin}], since anyProject takes events of any Gemini customer`,
      example: `${source}/any-project`
    }
  }
}

function* verifyFaults({ endpoints, listen: { host } }: Sound, index: number): Generator<Fault> {
  const { verify } = endpoints[index] ?? {}
  if (verify === undefined) return
  const path = ['endpoints', index, 'verify']
  const schemes = Object.keys(verify)
  if (schemes.length === 0) yield { path, fault: NO_VERIFIER, example: { static: { secrets: [SECRET] } } }
  if (verify['insecure'] === true) {
    const insecure = [...path, 'insecure']
    if (schemes.length > 1) yield { path: insecure, fault: 'cannot stand beside another scheme. Remove one of them' }
    if (host !== undefined && !isLoopback(host)) {
      yield { path: insecure, fault: 'is refused unless listen.host is a loopback address, such as 127.0.0.1' }
    }
  }
  if (verify.dynamic === undefined) return
  const { tokens = [], anyProject = false, jwt } = verify.dynamic
  const dynamic = [...path, 'dynamic']
  if (tokens.length > 0) return
  if (jwt !== undefined) {
    yield {
      path: [...dynamic, 'jwt'],
      fault: 'needs callback tokens in dynamic.tokens: nothing else ties a JWT to you'
    }
  } else if (anyProject === false) {
    yield {
      path: dynamic,
      fault:
        'needs callback tokens, or anyProject: true: a signature proves that Gemini sent it, not that it is about your project',
      example: { tokens: [TOKEN] }
    }
  }
}
