import type { Server } from './server.ts'

/** The bridge, and what it is compared with. */
export interface Comparison {
  readonly names: readonly [string, string]
  readonly servers: readonly [Server, Server]
  readonly connections: readonly number[]
  stop(): Promise<void>
}
