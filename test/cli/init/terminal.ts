import { spawnSync } from 'node:child_process'
import { type Program, root, start } from '../../spawn.ts'

/** Gives a program a terminal of its own, and passes on what is typed and what it shows. */
const RELAY = `import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))`

/** Python has what Node lacks: a way to open a terminal. */
export const hasTerminal =
  process.env['REQUIRE_BROKERS'] === '1' ||
  spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0

export const KEYS = {
  down: '\x1b[B',
  up: '\x1b[A',
  enter: '\r',
  escape: '\x1b',
  ctrlC: '\x03',
  ctrlD: '\x04',
  clearLine: '\x15'
}

/** Runs a shell's command on a terminal. What the program shows comes as standard output, with control sequences. */
export function onTerminal(command: string, options: { readonly cwd: string }): Program {
  const bridge = `stty columns 120 rows 40 && exec '${process.execPath}' '${root}src/main.ts'`
  return start('python3', ['-u', '-c', RELAY, 'sh', '-c', command.replace(/^bridge\b/, bridge)], options)
}
