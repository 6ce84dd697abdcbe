import { Readable, Writable } from 'node:stream'
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
  const code = await check(options, { env, directory, stdout, stdin: Readable.from([Buffer.from(stdin)]) })
  return { code, output }
}
