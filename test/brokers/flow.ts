import type { Socket } from 'node:net'

/** What goes in one direction of a connection: bytes, the end of them, or the loss of the connection. */
type Item = Buffer | 'end' | 'reset'

/** One direction of a connection that can be stopped and slowed down: first in, first out. */
export interface Flow {
  push(item: Item): void
  /** Lets everything through that is `delay` milliseconds old, or nothing. */
  set(open: boolean, delay: number): void
  /** Bytes that wait. */
  readonly held: number
}

/** The direction that ends in `to`. */
export function openFlow(to: Socket, open: boolean, delay: number): Flow {
  const queue: { readonly since: number; readonly item: Item }[] = []
  let timer: NodeJS.Timeout | undefined

  function pump(): void {
    clearTimeout(timer)
    for (let next = queue[0]; open && next; next = queue[0]) {
      const left = next.since + delay - performance.now()
      if (left > 0) {
        timer = setTimeout(pump, left)
        return
      }
      queue.shift()
      if (next.item === 'reset') lose(to)
      else if (next.item === 'end') to.end()
      else to.write(next.item)
    }
  }

  return {
    push(item) {
      queue.push({ since: performance.now(), item })
      pump()
    },
    set(nowOpen, nowDelay) {
      open = nowOpen
      delay = nowDelay
      pump()
    },
    get held() {
      return queue.reduce((sum, { item }) => sum + (typeof item === 'string' ? 0 : item.length), 0)
    }
  }
}

/** Resets a connection. Not while it is being ended: Node cannot do that, and would never close it at all. */
export function lose(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
