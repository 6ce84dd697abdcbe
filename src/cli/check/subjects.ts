import type { Finding } from '../../adapter.ts'
import type { Config } from '../../config/config.ts'
import { maskText } from '../../config/mask.ts'
import type { Path } from '../../config/tree.ts'
import { addressOf } from '../../deliver/redis-marks.ts'
import type { Logger } from '../../telemetry/log.ts'
import { inspectDestination } from './destination.ts'
import { inspectKeySet } from './key-set.ts'
import { inspectRedis } from './redis.ts'

/** Something that the bridge connects to. */
export interface Subject {
  /** Where it stands in the configuration. */
  readonly path: Path
  /** What it is. */
  readonly is: object
  inspect(signal: AbortSignal): AsyncIterable<Finding>
  /** Hides its secrets in what is said of it. */
  mask(text: string): string
}

/** All that the bridge connects to as it is configured, in the order of the configuration. */
export function subjectsOf(config: Config, log: Logger): Subject[] {
  const { directory, limits, endpoints, dedupe } = config
  const keySets = endpoints.flatMap(({ path, verify: { dynamic } }): Subject[] => {
    if (dynamic === undefined) return []
    const inspect = (signal: AbortSignal) => inspectKeySet(dynamic, signal)
    return [{ path: ['endpoints', path], is: { keys: dynamic.keys.url }, inspect, mask: text => text }]
  })
  const destinations = config.destinations.map((destination): Subject => {
    const { name, adapter, definition, options } = destination
    const context = { destination: name, directory, body: limits.body, log: log.child({ destination: name }) }
    return {
      path: ['destinations', name],
      is: { adapter },
      inspect: signal => inspectDestination(destination, context, signal),
      mask: text => maskText(text, options, definition.options)
    }
  })
  const { url } = dedupe
  if (url === undefined) return [...keySets, ...destinations]
  const inspect = (signal: AbortSignal) => inspectRedis(url, signal)
  return [...keySets, ...destinations, { path: ['dedupe'], is: { redis: addressOf(url) }, inspect, mask: text => text }]
}
