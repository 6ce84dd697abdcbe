import type { IncomingMessage } from 'node:http'
import type { AdmissionLimits } from '../deliver/admission.ts'
import { type RefusalError, RequestError, UnavailableError } from '../errors.ts'
import { createArrivalOrder } from './arrival-order.ts'
import { free } from './discard.ts'
import { createTurns } from './turns.ts'

/** One request that is not verified yet. */
export interface Reception {
  /**
   * Reads the whole body, as raw bytes. To be called once.
   * @throws {RequestError} `ERR_TOO_LARGE` above `maximum` bytes, or `ERR_SLOW`
   * @throws {UnavailableError} `ERR_BUSY` when it had to give way to others
   * @throws {ConnectionClosed} when the sender has gone
   */
  body(maximum: number): Promise<Buffer>
  /** Ends the reading with this refusal; does nothing once the body is whole. */
  refuse(refusal: RefusalError): void
  /** The request is verified: it no longer counts here, and its body is the caller's. */
  leave(): void
  /** The request is refused: it no longer counts here, and its body is gone. Does nothing once it has left. */
  drop(): void
}

/** The requests that nobody has verified yet, apart from those in flight: strangers can fill only this. */
export interface Receiving {
  readonly requests: number
  /** @throws {UnavailableError} `ERR_BUSY` when full of requests that are whole and await verification */
  enter(request: IncomingMessage): Reception
  /** Refuses every request that is not whole. */
  refuseAll(refusal: RefusalError): void
}

/** So much of one body is read at a time. The next piece is another turn's: large bodies do not keep others waiting. */
const PIECE_BYTES = 16 * 1024
/** What Node reads of a body in the meantime, at most. */
const READ_BYTES = 64 * 1024
const NOTHING = Buffer.alloc(0)

/** The sender closed the connection before its request was whole: there is nobody to answer. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
}

/**
 * Bounds the requests being received, by count and by the bytes that they hold in memory. Above a limit the oldest
 * incomplete one gives way: a sender that is slow on purpose loses its place to one that is not.
 */
export function createReceiving(limits: AdmissionLimits): Receiving {
  const incomplete = createArrivalOrder<Reception>()
  let whole = 0
  const turns = createTurns()
  let bytes = 0

  const busy = () =>
    new UnavailableError(
      `${whole + incomplete.size} unverified requests with ${bytes} bytes are being received. If they are genuine, raise limits.receiving; if not, look at what sends them.`,
      { code: 'ERR_BUSY' }
    )
  const oldestGivesWay = () => {
    const { oldest } = incomplete
    oldest?.refuse(busy())
    return oldest !== undefined
  }

  const enter = (request: IncomingMessage): Reception => {
    if (whole + incomplete.size >= limits.requests && !oldestGivesWay()) throw busy()
    const reading = Promise.withResolvers<Buffer>()
    // A refusal may come before anybody awaits the body.
    reading.promise.catch(() => {})
    let buffer: Buffer = NOTHING
    let length = 0
    let unread = 0

    const release = () => {
      bytes -= buffer.length + unread
      unread = 0
      buffer = NOTHING
    }
    const drop = () => {
      const dropped = buffer
      release()
      free(dropped)
    }
    let isWhole = false
    const onEnd = () => {
      stop()
      isWhole = true
      whole += 1
      reading.resolve(buffer.subarray(0, length))
    }
    /** Whether it counted as whole; it does not any more. */
    const wasWhole = () => {
      const was = isWhole
      if (was) whole -= 1
      isWhole = false
      return was
    }
    const fail = (reason: Error) => {
      if (!place.taken) return
      stop()
      drop()
      reading.reject(reason)
    }
    const onClose = () => fail(new ConnectionClosed('The sender closed the connection before its request was whole.'))
    const stop = () => {
      incomplete.remove(place)
      request.off('data', onData).off('end', onEnd).off('close', onClose)
    }
    const declared = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    let unpaused = 0
    let begun = false
    const resume = () => {
      bytes -= unread
      unread = 0
      request.resume()
    }
    let onData = (_chunk: Buffer) => {}

    const reception: Reception = {
      body(maximum) {
        onData = chunk => {
          const size = chunk.length
          if (length + size > maximum) {
            free(chunk)
            fail(new RequestError('ERR_TOO_LARGE', `The body is larger than limits.body (${maximum} bytes).`))
            return
          }
          // One growing buffer, counted by its capacity: a body of one-byte chunks would otherwise cost a hundred times
          // its size. The usual body is one chunk, and is not copied.
          if (length + size > buffer.length) {
            const capacity = length === 0 ? size : Math.min(maximum, 2 * (length + size))
            bytes += capacity - buffer.length
            buffer = length === 0 ? chunk : enlarge(buffer, capacity)
          }
          if (length > 0) {
            chunk.copy(buffer, length)
            free(chunk)
          }
          length += size
          unpaused += size
          if (unpaused >= PIECE_BYTES && length < declared) {
            unpaused = 0
            request.pause()
            unread = READ_BYTES
            bytes += unread
            // Who has begun comes first: bodies that are finished one after the other hold less than all at once.
            turns.take(resume, begun)
            begun = true
          }
          while (bytes > limits.bytes && oldestGivesWay()) {}
        }
        if (request.closed) onClose()
        else if (place.taken) request.on('data', onData).once('end', onEnd).once('close', onClose)
        return reading.promise
      },
      refuse: fail,
      leave() {
        if (wasWhole()) release()
      },
      drop() {
        if (wasWhole()) drop()
        else if (place.taken) fail(new ConnectionClosed('The request was let go before it was whole.'))
      }
    }
    const place = incomplete.add(reception)
    return reception
  }

  return {
    get requests() {
      return whole + incomplete.size
    },
    enter,
    refuseAll(refusal) {
      for (const reception of incomplete.all()) reception.refuse(refusal)
    }
  }
}

function enlarge(buffer: Buffer, capacity: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(capacity)
  buffer.copy(larger)
  free(buffer)
  return larger
}
