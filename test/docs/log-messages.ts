import { sourceCalls, textsIn } from './source-calls.ts'

/** A message as the sources have it, with `…` for whatever the program puts in. */
export interface LogMessage {
  readonly text: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
}

/**
 * Every message that src and adapters hand to a log: the text at the end of each call.
 * @returns the messages, and the files of calls whose message is made elsewhere
 */
export async function logMessages(): Promise<{
  readonly messages: readonly LogMessage[]
  readonly made: readonly string[]
}> {
  const messages: LogMessage[] = []
  const made: string[] = []
  for (const { file, match, rest } of await sourceCalls(/\blog\.(debug|info|warn|error)\(/g)) {
    const text = textsIn(rest).at(-1)
    if (text === undefined || !/['`"]$/.test(rest)) made.push(file)
    else messages.push({ text, level: match[1] as LogMessage['level'] })
  }
  return { messages, made }
}
