import { stringify } from 'yaml'
import type { Finding } from '../../adapter.ts'
import type { Config } from '../../config/config.ts'
import { withValue } from '../../config/tree.ts'
import type { Io } from '../io.ts'
import { openLog } from '../log.ts'
import { collect, Interrupted } from './findings.ts'
import { type Subject, subjectsOf } from './subjects.ts'

/** How long looking may take in all, in milliseconds: a credential may take five seconds. */
const WITHIN_MS = 10_000

/**
 * Connects to every destination, key set and Redis of the configuration, all at once, and prints as YAML what is found.
 * Publishes nothing, and changes nothing.
 * @returns the exit code: 1 if anything is at fault, or `io.stop` has aborted
 */
export async function checkConnect(config: Config, io: Io): Promise<number> {
  const { log, flush } = await openLog(config, io)
  const ending = new AbortController()
  const stop = () => ending.abort(new Interrupted(`${io.stop.reason} came before more was known. Look again.`))
  const late = () => ending.abort(new Error(`No more came within ${WITHIN_MS / 1000} s. See what does not answer.`))
  if (io.stop.aborted) stop()
  io.stop.addEventListener('abort', stop)
  // This keeps the process too, while something hangs that does not.
  const timer = setTimeout(late, WITHIN_MS)
  try {
    const found = await Promise.all(subjectsOf(config, log).map(subject => lookAt(subject, ending.signal)))
    io.stdout.write(stringify(render(found), { lineWidth: 0 }))
    return io.stop.aborted || found.some(({ findings }) => findings.some(({ state }) => state === 'fault')) ? 1 : 0
  } finally {
    clearTimeout(timer)
    io.stop.removeEventListener('abort', stop)
    await flush()
  }
}

interface Found {
  readonly subject: Subject
  readonly findings: readonly Finding[]
}

async function lookAt(subject: Subject, signal: AbortSignal): Promise<Found> {
  return { subject, findings: await collect(() => subject.inspect(signal), signal) }
}

function render(found: readonly Found[]): unknown {
  const tree = found.reduce<unknown>((tree, { subject: { path, is, mask }, findings }) => {
    const shown = findings.map(({ about, state, says }) => ({ [about]: state, says: mask(says) }))
    return withValue(tree, path, { ...is, findings: shown })
  }, {})
  return withValue(tree, ['result'], summarize(found.flatMap(({ findings }) => findings)))
}

function summarize(findings: readonly Finding[]): object {
  const count = (wanted: Finding['state']) => findings.filter(({ state }) => state === wanted).length
  return { faults: count('fault'), warnings: count('warning'), unknown: count('unknown') }
}
