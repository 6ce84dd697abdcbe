import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { start } from '../spawn.ts'

/** Senders in a process of their own. */
export interface Crowd {
  /** How many answers with this status those of this kind have had. */
  answers(kind: string, status: number): number
}

/**
 * Sends a crowd to a bridge; it goes when the test ends.
 * @param sizes how many there are of each kind; see `crowd-process.ts`
 */
export function startCrowd(url: string, sizes: Readonly<Record<string, number>>): Crowd {
  const kinds = Object.entries(sizes).map(([kind, count]) => `${kind}=${count}`)
  const program = start(process.execPath, [join(import.meta.dirname, 'crowd-process.ts'), url, ...kinds])
  onTestFinished(() => program.kill('SIGKILL'))
  return {
    answers(kind, status) {
      const line = program.stdout.split('\n').at(-2)
      return line ? (JSON.parse(line)[kind]?.[status] ?? 0) : 0
    }
  }
}
