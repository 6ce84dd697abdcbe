import type { Readable } from 'node:stream'
import { duration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../errors.ts'
import type { Io } from './io.ts'
import { openLog } from './log.ts'
import { createDestinations } from './redrive/destinations.ts'
import { openInput } from './redrive/input.ts'
import { createLedger } from './redrive/ledger.ts'
import { openLeft } from './redrive/left.ts'
import { readLines } from './redrive/lines.ts'
import { createPlanner } from './redrive/plan.ts'
import { settleLines } from './redrive/settle.ts'

/** The command line of `redrive`. */
export interface RedriveOptions {
  /** Structured events, one a line; `-` is standard input. */
  readonly file: string
  readonly config?: string
  /** A new file for the lines that were not published. */
  readonly left?: string
  /** How long a destination that is unavailable is waited for: `30s`. */
  readonly wait: string
}

/**
 * The longest line in bytes, unless limits.body allows for longer ones. Events that the bridge made are far below; the
 * memory that reading JSON takes may be forty times its length.
 */
const LONGEST_LINE = 16 * 1024 * 1024

/**
 * Publishes dead letters and fallback events to where they belong, and keeps a ledger of it on standard output. Reading
 * them again publishes them again.
 * @returns the exit code: 0 if every event was published, else 1
 * @throws {ConfigError} when it cannot begin
 */
export async function redrive(options: RedriveOptions, io: Io & { readonly stdin: Readable }): Promise<number> {
  const { env, directory, stop } = io
  const wait = parseWait(options.wait)
  const config = await loadConfig({ env, directory, ...(options.config !== undefined && { file: options.config }) })
  const input = await openInput(options.file, io)
  const left = options.left === undefined ? undefined : await openLeft(options.left, directory)
  const { log, flush } = await openLog(config, io)
  const ledger = createLedger(io.stdout)
  const destinations = createDestinations(config, log, { deadline: config.limits.acknowledge, wait, stop })
  // In Base64 a body is a third longer, and attributes stand beside it.
  const bytes = Math.max(LONGEST_LINE, 2 * config.limits.body)
  try {
    await settleLines(readLines(input, bytes), { plan: createPlanner(config), destinations, ledger, left, stop, bytes })
  } catch (error) {
    if (error !== input.errored && !isCutOff(error)) throw error
  }
  ledger.summarize()
  await destinations.close()
  await left?.close()
  const faults = [faultOf(input, options.file, stop), left?.fault].filter(fault => fault !== undefined)
  for (const fault of faults) log.error({}, fault)
  await flush()
  return ledger.complete && faults.length === 0 ? 0 : 1
}

/** What reading a stream ends with that the stop has destroyed. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

function faultOf({ readableEnded, errored }: Readable, file: string, stop: AbortSignal): string | undefined {
  if (readableEnded) return undefined
  const reason = errored && 'code' in errored ? errored.code : `stopped by ${stop.reason}`
  return `${file} was not read to its end (${reason}).`
}

function parseWait(text: string): number {
  const { success, data, error } = duration('1s', '24h').safeDecode(text)
  if (success) return data
  throw new ConfigError([
    { place: '--wait', fault: error.issues[0]?.message ?? 'is no duration', example: '--wait 30s' }
  ])
}
