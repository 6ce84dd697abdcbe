interface Waiting<T> {
  readonly message: T
  resolve(): void
  reject(error: unknown): void
}

/** Collects what arrives while a request is in flight, and sends it with the next one: one request at a time. */
export function openLane<T>(send: (messages: T[]) => Promise<unknown>): (message: T) => Promise<void> {
  let queue: Waiting<T>[] = []
  let busy = false
  const run = async () => {
    busy = true
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        await send(batch.map(({ message }) => message))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    busy = false
  }
  return message =>
    new Promise((resolve, reject) => {
      queue.push({ message, resolve, reject })
      if (!busy) void run()
    })
}
