import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Small heaps and a quick start: these processes live for seconds and share a few cores with the tests. */
export const LEAN = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-UsePerfData']

/** The path of a command of the JDK: that of `$JAVA_HOME`, else the one on the PATH. */
export function jdk(command: 'java' | 'javac' | 'keytool'): string {
  const { JAVA_HOME } = process.env
  return JAVA_HOME ? join(JAVA_HOME, 'bin', command) : command
}

/**
 * Runs a command of the JDK to its end; what it printed on standard output.
 * @throws with what it printed on standard error, or saying how to install Java
 */
export async function runJdk(command: Parameters<typeof jdk>[0], args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(jdk(command), args)
    return stdout
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Error(`There is no ${command}: install JDK 17 or newer, or name it with JAVA_HOME`, { cause })
    throw cause
  }
}
