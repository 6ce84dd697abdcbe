import { isDeepStrictEqual } from 'node:util'
import type { Config, DestinationConfig } from './config.ts'

/** What differs between a configuration and the same one with its files read again. */
export interface Changes {
  /** The places of endpoints with other signing secrets or callback tokens. */
  readonly endpoints: readonly number[]
  /** Destinations with other options. */
  readonly destinations: readonly DestinationConfig[]
  /** Where Redis is now, changed or not. */
  readonly redisUrl: string | undefined
  /** The top-level keys in which something else differs, which a running bridge cannot take. */
  readonly others: readonly string[]
}

export function changesBetween(before: Config, after: Config): Changes {
  const [fixedBefore, fixedAfter] = [fixedParts(before), fixedParts(after)]
  return {
    endpoints: [...after.endpoints.keys()].filter(
      index => !isDeepStrictEqual(after.endpoints[index]?.verify, before.endpoints[index]?.verify)
    ),
    destinations: after.destinations.filter(
      ({ given }, index) => !isDeepStrictEqual(given, before.destinations[index]?.given)
    ),
    redisUrl: after.dedupe.url,
    others: Object.keys(fixedAfter).filter(
      key => !isDeepStrictEqual(Reflect.get(fixedBefore, key), Reflect.get(fixedAfter, key))
    )
  }
}

/** A configuration without what can be renewed. */
function fixedParts({ endpoints, destinations, dedupe, ...others }: Config): object {
  return {
    ...others,
    endpoints: endpoints.map(({ verify: { static: signed, dynamic, ...verify }, ...endpoint }) => ({
      ...endpoint,
      ...verify,
      signed: signed && { ...signed, secrets: [] },
      dynamic: dynamic && { ...dynamic, tokens: [] }
    })),
    destinations: destinations.map(({ name, adapter, definition, fallback }) => ({
      name,
      adapter,
      definition,
      fallback
    })),
    dedupe: { ...dedupe, url: undefined }
  }
}
