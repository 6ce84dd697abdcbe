import type { Socket } from 'node:net'
import { NOT_KAFKA } from './error.ts'

/** How long a TCP connection, and TLS on top of it, may take, in milliseconds. */
export const TCP_TIMEOUT_MS = 1000
/** How long it may take until requests can be sent, signing in included, in milliseconds. */
export const CONNECT_MS = 2000
/** How long a socket is silent before the other end is asked whether it is still there, in milliseconds. */
export const KEEP_ALIVE_MS = 30_000

/**
 * Both clients throw out of their listeners at some answers that make no sense, as from a port that is not Kafka's. Nobody
 * could catch that, and the process would end.
 */
export function catchListeners(socket: Socket): void {
  const emit: (name: string | symbol, ...values: unknown[]) => boolean = socket.emit.bind(socket)
  socket.emit = (name: string | symbol, ...values: unknown[]) => {
    try {
      return emit(name, ...values)
    } catch (cause) {
      socket.destroy(notKafka(cause))
      return true
    }
  }
}

/** What answers is no broker. */
export function notKafka(cause?: unknown): Error {
  return Object.assign(new Error('The answer is not one of Kafka.', { cause }), { code: NOT_KAFKA })
}

/** A broker takes connections, and then says nothing. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}
