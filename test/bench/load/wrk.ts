/** Load as fast as a server answers, by wrk: https://github.com/wg/wrk */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installed, unpacked } from '../../brokers/debian.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { HEAD_BYTES, writeSigned } from './signed.ts'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))

/** What a client saw. */
export interface Load {
  /** Acknowledged webhooks. */
  readonly acknowledged: number
  readonly seconds: number
  /** Milliseconds from request to answer; a slow answer counts for those that it held up, too. */
  readonly p50: number
  readonly p99: number
}

/** What `wrk.lua` prints: numbers of answers and of failures. */
interface Printed {
  readonly answers: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  readonly refused: number
  readonly broken: number
  readonly late: number
  readonly exhausted: number
}

/** wrk with its first arguments: the one on the PATH, else Debian's. */
export async function wrk(): Promise<readonly [string, ...string[]]> {
  const own = installed('wrk')
  if (own !== undefined) return [own]
  const folder = await unpacked('wrk', ['wrk', 'libluajit-5.1-2', 'libluajit-5.1-common'])
  const [libraries = ''] = await readdir(join(folder, 'usr/lib'))
  return ['env', `LD_LIBRARY_PATH=${join(folder, 'usr/lib', libraries)}`, join(folder, 'usr/bin/wrk')]
}

/**
 * Signs webhooks, each with an id of its own; the answer sends them over so many connections for so many whole seconds.
 * @param webhooks how many there are
 * @throws (when sending) if one was not acknowledged, or if there were not enough
 */
export async function prepareWrk(url: string, connections: number, seconds: number, webhooks: number) {
  const folder = temporaryFolder('webhooks-')
  writeSigned(folder.path, webhooks)
  const [command, ...first] = await wrk()
  return async (): Promise<Load> => {
    const size = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`]
    const args = [...first, ...size, '--timeout', '10s', '--script', SCRIPT, url, '--', folder.path, String(HEAD_BYTES)]
    const { stdout } = await run(command, args).finally(folder.remove)
    return toLoad(stdout, webhooks)
  }
}

/** @throws when wrk has seen anything but acknowledgements */
export function toLoad(stdout: string, webhooks: number): Load {
  const text = /^result (.*)$/m.exec(stdout)?.[1]
  if (text === undefined) throw new Error(`wrk has printed no result:\n${stdout}`)
  const { answers, microseconds, p50, p99, refused, broken, late, exhausted }: Printed = JSON.parse(text)
  if (exhausted > 0) throw new Error(`${webhooks} webhooks were not enough: sign more`)
  if (refused + broken + late > 0) {
    throw new Error(
      `${refused} answers were errors, ${broken} connections broke, ${late} answers came too late: ${text}`
    )
  }
  return { acknowledged: answers, seconds: microseconds / 1e6, p50: p50 / 1000, p99: p99 / 1000 }
}
