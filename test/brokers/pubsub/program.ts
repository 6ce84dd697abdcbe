import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cached } from '../cache.ts'

const SOURCES = fileURLToPath(new URL('go', import.meta.url))

/**
 * The path of the program in `go/`, which is Google's fake server and our peer. Built once a machine.
 * @throws with what the compiler said, or saying how to install Go
 */
export async function goProgram(): Promise<string> {
  const recipe = readdirSync(SOURCES).map(name => [name, readFileSync(join(SOURCES, name), 'utf8')])
  const folder = await cached('pubsubtest', recipe, async folder => {
    try {
      await promisify(execFile)('go', ['build', '-buildvcs=false', '-o', folder, '.'], { cwd: SOURCES })
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
        throw new Error('There is no go: install Go 1.26 or newer', { cause })
      throw cause
    }
  })
  return join(folder, 'pubsubtest')
}
