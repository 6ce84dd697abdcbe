import { PassThrough, Readable, Writable } from 'node:stream'
import { check } from '../../src/cli/check.ts'

/** Runs `check` in a folder: its exit code, and what it has printed. */
export async function runCheck(
  options: Parameters<typeof check>[0],
  directory: string,
  { env = {}, stdin = '' }: { readonly env?: Record<string, string> | undefined; readonly stdin?: string } = {}
): Promise<{ readonly code: number; readonly output: string }> {
  let output = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      output += chunk
      done()
    }
  })
  const stderr = Object.assign(new PassThrough().resume(), { isTTY: false })
  const never = new AbortController().signal
  const io = {
    env,
    directory,
    version: '0',
    command: 'bridge',
    stdout,
    stderr,
    stop: never,
    onHangup() {},
    onWarning() {}
  }
  const code = await check(options, { ...io, stdin: Readable.from([Buffer.from(stdin)]) })
  return { code, output }
}
