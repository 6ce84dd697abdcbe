import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { PrometheusPrograms } from './programs.ts'

/** Runs promtool to its end; its exit code, and all that it has printed. */
export async function runPromtool(
  { promtool }: PrometheusPrograms,
  args: readonly string[],
  { cwd, input = '' }: { readonly cwd?: string; readonly input?: string } = {}
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(promtool, args, { cwd })
  child.stdin.end(input)
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [code, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  return { code, output: stdout + stderr }
}
