import type { Writable } from 'node:stream'

/** What a command may use of the process it runs in. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly directory: string
  readonly version: string
  /** How this program is called from here: `npx gemini-event-bridge`, or the script of a checkout. */
  readonly command: string
  /** Data. */
  readonly stdout: Writable
  /** Logs and diagnostics. */
  readonly stderr: Writable & { readonly isTTY: boolean }
  /** Aborts on the first SIGTERM or SIGINT, with the signal's name as its reason. */
  readonly stop: AbortSignal
  /** Calls the listener at each SIGHUP, which ends the process otherwise. */
  onHangup(listener: () => void): void
  /** Hands over the warnings of Node and its libraries, which are text on standard error otherwise. */
  onWarning(listener: (warning: Error) => void): void
}
