/** The one configuration of all replicas. */
import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { SECRET } from '../load.ts'
import type { Cast } from './cast/cast.ts'
import { DESTINATIONS } from './fault.ts'

/** In milliseconds. */
export const LIMITS = { acknowledge: 2000, drain: 8000 }
/** What everything may take longer, since the machine is shared with all servers. */
export const SLACK_MS = 1000
/** Longer than both replicas may be away, so that every webhook is refused once before it is too old. */
export const TOLERANCE_MS = 10_000
export const PATH = '/webhooks/gemini'

/** Where events go whose own destination has been unavailable for some time, and what can be no event. */
export const FALLBACK = { from: 'eventbridge', to: 'reserve' }
export const DEAD_LETTER = 'parking'

/** Writes it; the environment that goes with it. */
export function configure(file: string, { places, redisUrl }: Cast): NodeJS.ProcessEnv {
  const all = Object.values(places)
  const destinations = Object.assign({}, ...all.map(place => place.destinations))
  destinations[FALLBACK.from] = { ...destinations[FALLBACK.from], fallback: { to: FALLBACK.to, after: '1s' } }
  const configuration = {
    listen: { host: '127.0.0.1' },
    admin: 'off',
    endpoints: [
      {
        path: PATH,
        verify: { static: { secrets: [SECRET] } },
        tolerance: { past: `${TOLERANCE_MS}ms`, future: '5m' }
      }
    ],
    destinations,
    routes: [{ to: [...DESTINATIONS] }],
    deadLetter: DEAD_LETTER,
    dedupe: { store: 'redis', url: redisUrl },
    limits: { acknowledge: `${LIMITS.acknowledge}ms`, drain: `${LIMITS.drain}ms` },
    log: { level: 'warn' }
  }
  writeFileSync(file, stringify(configuration))
  return Object.assign({}, ...all.map(({ env }) => env))
}
