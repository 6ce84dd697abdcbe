import { startBridgeProgram } from '../../spawn.ts'

/** Runs the bridge without a terminal, to its end. */
export async function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  const program = startBridgeProgram(args, { cwd, env })
  return { code: await program.exit(), stdout: program.stdout, stderr: program.stderr }
}

/** Runs `init` with these flags, which have spaces between them. */
export const init = (flags: string, cwd: string, env?: Readonly<Record<string, string>>) =>
  run(['init', ...flags.split(' ').filter(Boolean)], cwd, env)

export const STDOUT = '--adapter stdout --secrets file'
