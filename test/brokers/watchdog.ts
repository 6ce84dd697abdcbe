/**
 * What a test run starts ends with it, however it ends: a `/bin/sh` in a session of its own holds one end of a pipe, and
 * acts when the other end closes, which the kernel does even for a process that is killed with SIGKILL.
 *
 * - `dieWithUs(child)`: kills the child's process group, stopped processes included.
 * - `temporaryFolder(prefix)`: a new folder that is removed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Ties a process that was spawned with `detached: true`, and all that it starts, to the life of this process. */
export function dieWithUs(child: ChildProcess): void {
  // Without a pid it has not started, and its 'error' event says why.
  if (child.pid === undefined) return
  // 'close' rather than 'exit': a group's number stays taken until the last of those that share the output has ended.
  child.once('close', whenWeDie('kill -s KILL -- "-$1"', String(child.pid)))
}

/** A folder for one run. */
export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** Makes a new folder, which is removed when this process ends, if not before. */
export function temporaryFolder(prefix: string, parent: string = tmpdir()): TemporaryFolder {
  const path = mkdtempSync(join(parent, prefix))
  // More than once: processes that are being killed meanwhile may still write.
  const dismiss = whenWeDie('for pause in 0 1 2; do sleep $pause; rm -rf -- "$1"; done', path)
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      dismiss()
    }
  }
}

/** Runs a shell command over one argument once this process is gone; call what it returns to call it off. */
function whenWeDie(command: string, argument: string): () => void {
  const script = `read -r line || { ${command}; }`
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', argument], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore']
  })
  shell.unref()
  return () => shell.stdin.end('\n')
}
