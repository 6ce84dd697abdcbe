import type { Log } from '../adapter.ts'
import { UnavailableError } from '../errors.ts'
import { fetchKeySet } from './fetch-key-set.ts'
import { parseKeysUrl } from './keys-url.ts'
import { parseKeySet, type VerificationKey } from './parse-key-set.ts'

/** Gemini's public keys, kept fresh in the background and kept in use when their endpoint fails. */
export interface KeySet {
  /**
   * What `find` finds among the keys. When it finds nothing, the set is loaded anew, unless that was tried within the
   * cool-down, and asked once more.
   * @returns undefined when the keys are fresh and it is not among them
   * @throws {UnavailableError} `ERR_KEYS` when it is not among the keys there are, and they may not be all
   */
  search<Found>(
    find: (keys: readonly VerificationKey[]) => Found | undefined,
    signal: AbortSignal
  ): Promise<Found | undefined>
  /** Ends the background refresh, and a request that is under way. */
  close(): void
}

export interface KeySetOptions {
  readonly url: string
  /** Between two loads in the background, in ms. A removed key verifies for as long at most, while the endpoint answers. */
  readonly refresh: number
  /** Between two loads that webhooks ask for, in ms from the start of the last: forgeries must not hammer the endpoint. */
  readonly coolDown: number
  readonly types: readonly VerificationKey['type'][]
  readonly log: Log
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Told after every load whether it succeeded. */
  readonly onKeySet?: ((success: boolean) => void) | undefined
  /** Monotonic, in ms. */
  readonly clock?: (() => number) | undefined
}

const ADVICE = 'Check that this machine reaches it (DNS, proxy, firewall), and verify.dynamic.keys.'
/** After a failure the endpoint is asked again after 1 s, 2 s, 4 s …, up to this many ms. */
const MAX_RETRY_MS = 30_000
/** The longest that a timer can wait; beyond it, Node would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Starts loading the key set at once, so that the first webhook need not wait for it.
 * @throws {Error} what `parseKeysUrl` throws
 */
export function createKeySet(options: KeySetOptions): KeySet {
  const { log, types, fetch = globalThis.fetch, clock = () => performance.now() } = options
  const url = parseKeysUrl(options.url)
  const address = url.href
  const closing = new AbortController()
  let keys: readonly VerificationKey[] = []
  let failures = 0
  let reason = 'it has not been loaded yet'
  let startedAt = 0
  let loading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const retryDelay = () => Math.min(1000 * 2 ** (failures - 1), MAX_RETRY_MS, options.refresh)

  // Never twice at a time: the timer is cleared while a load is under way, and webhooks join it.
  const load = (): Promise<void> => {
    loading = attempt().finally(() => {
      loading = undefined
    })
    return loading
  }

  const attempt = async () => {
    clearTimeout(timer)
    startedAt = clock()
    try {
      keys = parseKeySet(await fetchKeySet(url, fetch, closing.signal), types)
      if (failures > 0) log.info({ url: address, keys: keys.length }, `The key set ${address} is back.`)
      failures = 0
    } catch (error) {
      if (closing.signal.aborted) return
      failures++
      reason = (error as Error).message
      log.warn(
        { url: address, keys: keys.length, failures },
        `The key set ${address} could not be loaded: ${reason}. ${keys.length > 0 ? 'The keys from before stay in use' : 'Dynamic webhooks get 503 until it can'}. ${ADVICE}`
      )
    }
    if (closing.signal.aborted) return
    timer = setTimeout(
      () => void load(),
      Math.min(failures === 0 ? options.refresh : retryDelay(), MAX_TIMER_MS)
    ).unref()
    options.onKeySet?.(failures === 0)
  }

  const mayLoad = () =>
    !closing.signal.aborted && clock() - startedAt >= (keys.length > 0 ? options.coolDown : retryDelay())

  void load()

  return {
    async search(find, signal) {
      const found = find(keys)
      if (found !== undefined) return found
      const pending = loading ?? (mayLoad() ? load() : undefined)
      if (pending !== undefined) {
        if (!(await settles(pending, signal))) throw unavailable('it has not answered yet')
        const found = find(keys)
        if (found !== undefined) return found
      }
      if (failures > 0 || keys.length === 0 || closing.signal.aborted) throw unavailable(reason)
      return undefined
    },
    close() {
      reason = 'the bridge is shutting down'
      closing.abort()
      clearTimeout(timer)
    }
  }

  function unavailable(reason: string): UnavailableError {
    return new UnavailableError(
      `${keys.length > 0 ? 'No cached key verifies the signature' : 'There are no signing keys'}, and the key set ${address} is unavailable: ${reason}. ${ADVICE}`,
      { code: 'ERR_KEYS' }
    )
  }
}

/** Waits for a promise, but no longer than until `signal` aborts; says whether it settled. */
async function settles(pending: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const { promise: aborted, resolve } = Promise.withResolvers<false>()
  const onAbort = () => resolve(false)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([pending.then(() => true), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
