/**
 * Lets at most `limit` calls a second through for each key, then reports how many it held back. Strangers choose how
 * many refusals there are; they must not choose how much is logged.
 * @param report called with a key and how many were held back, once their second is over
 * @param now milliseconds on a clock that is never set back, which would hold calls back until it has caught up
 */
export function createRateLimit<Key>(
  limit: number,
  report: (key: Key, suppressed: number) => void,
  now: () => number = () => performance.now()
): (key: Key) => boolean {
  const windows = new Map<Key, { start: number; count: number; timer?: NodeJS.Timeout }>()

  return key => {
    const window = windows.get(key)
    if (window === undefined || now() - window.start >= 1000) {
      clearTimeout(window?.timer)
      if (window && window.count > limit) report(key, window.count - limit)
      windows.set(key, { start: now(), count: 1 })
      return limit > 0
    }
    window.count += 1
    if (window.count === limit + 1) {
      window.timer = setTimeout(
        () => {
          windows.delete(key)
          report(key, window.count - limit)
        },
        window.start + 1000 - now()
      ).unref()
    }
    return window.count <= limit
  }
}
