/**
 * Stands in for node:timers/promises, whose timers Vitest's fake ones do not hold: the same over the global `setTimeout`,
 * which they do hold.
 */
export function setTimeout(ms: number, value?: undefined, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = globalThis.setTimeout(() => resolve(value), ms)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
