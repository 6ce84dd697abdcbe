import { UnavailableError } from '../errors.ts'

/** What an admission may hold at once. */
export interface AdmissionLimits {
  readonly requests: number
  readonly bytes: number
}

/** Counts what is in flight against its limits, and refuses what would go above them. */
export interface Admission {
  readonly requests: number
  readonly bytes: number
  /** Throws `ERR_BUSY` if a request of this size would not be let in now. */
  check(bytes: number): void
  /**
   * Lets a request in; call what it returns, once, when the request has left.
   * @throws {UnavailableError} `ERR_BUSY` above a limit
   */
  enter(bytes: number): () => void
}

/** Once full, the bridge refuses until this share of each limit is left in use: no flapping at the edge. */
const REOPEN_AT = 0.9

/** Bounds the verified requests that await their destinations, by count and by the bytes of their bodies. */
export function createAdmission(limits: AdmissionLimits): Admission {
  let requests = 0
  let bytes = 0
  let full = false

  // Only verified requests fill it: what a stranger claims to send changes nothing for those who come after.
  const check = (size: number) => {
    const reopened = requests <= limits.requests * REOPEN_AT && bytes <= limits.bytes * REOPEN_AT
    if (reopened) full = false
    if (!full && requests < limits.requests && bytes + size <= limits.bytes) return
    throw new UnavailableError(
      `${requests} verified webhooks with ${bytes} bytes are in flight. Raise limits.inFlightRequests or limits.inFlightBytes, add replicas, or see why the destinations are slow.`,
      { code: 'ERR_BUSY' }
    )
  }

  return {
    get requests() {
      return requests
    },
    get bytes() {
      return bytes
    },
    check,
    enter(size) {
      check(size)
      requests += 1
      bytes += size
      full ||= requests >= limits.requests || bytes + size > limits.bytes
      return () => {
        requests -= 1
        bytes -= size
      }
    }
  }
}
