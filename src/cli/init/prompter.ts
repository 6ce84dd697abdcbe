import type { Readable } from 'node:stream'
import type { Option } from '@clack/prompts'
import type { Io } from '../io.ts'

/** What a question is asked on. Standard output stays free for data. */
export type Terminal = Pick<Io, 'stderr' | 'stop'> & { readonly stdin: Readable & { readonly isTTY?: boolean } }

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}

export interface Typing {
  readonly placeholder: string
  /** Lines below the question. */
  readonly details?: readonly string[]
  /** What is wrong with the text; the question is asked again then. */
  readonly validate: (text: string) => string | undefined | Promise<string | undefined>
}

/** Asks on a terminal. Every question rejects once whoever is asked cancels it, or the terminal is gone. */
export interface Prompter {
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>
  type(question: string, typing: Typing): Promise<string>
  isCancellation(error: unknown): boolean
}

class Cancellation extends Error {}

/** Whether there is somebody to ask. */
export function isTerminal({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY
}

export async function openPrompter({ stdin, stderr, stop }: Terminal): Promise<Prompter> {
  const { isCancel, select, text, S_BAR } = await import('@clack/prompts')

  const answer = async <T>(show: (signal: AbortSignal) => Promise<T | symbol>): Promise<T> => {
    const closed = new AbortController()
    let settled = false
    // Ctrl-D, and the end of the input, close the line but not the prompt, which would wait for ever.
    const onPause = () => setImmediate(() => settled || closed.abort())
    stdin.on('pause', onPause)
    try {
      const value = await show(AbortSignal.any([stop, closed.signal]))
      if (isCancel(value)) throw new Cancellation()
      return value as T
    } finally {
      settled = true
      stdin.off('pause', onPause)
    }
  }
  const common = { input: stdin, output: stderr }
  return {
    choose: <T extends string>(message: string, choices: readonly Choice<T>[]) =>
      answer<T>(signal => select<T>({ ...common, message, signal, options: optionsOf(choices) })),
    type: async (question, { placeholder, details = [], validate }) => {
      const message = [question, ...details].join(`\n${S_BAR}  `)
      const trimmed = (value = '') => validate(value.trim())
      const value = await answer<string>(signal => text({ ...common, message, signal, placeholder, validate: trimmed }))
      return value.trim()
    },
    isCancellation: error => error instanceof Cancellation
  }
}

/** The library's type depends on whether a value needs a label beside it; a text does not. */
function optionsOf<T extends string>(choices: readonly Choice<T>[]): Option<T>[] {
  return choices as unknown as Option<T>[]
}
