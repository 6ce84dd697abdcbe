import type { FaultProxy } from '../../../brokers/proxy.ts'

/** A server that the bridge reaches through a proxy, and what may happen to it. */
export interface Server {
  readonly proxy: FaultProxy
  /** How late everything is on the way there when nothing is wrong, in milliseconds. */
  readonly latency: number
  /** Ends it with SIGKILL. What it would forget has been read before. */
  kill(): Promise<unknown>
  /** Starts it after `kill`, as ready for the bridge as it was. */
  revive(): Promise<unknown>
  freeze(): void
  thaw(): void
}

/** A server that has destinations. */
export interface Place extends Server {
  /** As the bridge's configuration has them, by name. */
  readonly destinations: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What the bridge's environment needs to get there. */
  readonly env: Readonly<Record<string, string>>
  /** Every record that was ever in a destination, as an independent consumer finds them. */
  read(destination: string): Promise<readonly Found[]>
}

/** A record that was found in a destination. */
export interface Found {
  readonly id: string
  readonly subject: string | undefined
  /** The destination that it was meant for, where this one is a fallback. */
  readonly fallbackFor: string | undefined
}

/** Takes what releases something that was started. */
export type Defer = (release: () => Promise<unknown>) => void

/** Far enough that several requests are in flight when something happens. */
export const LATENCY_MS = 5
