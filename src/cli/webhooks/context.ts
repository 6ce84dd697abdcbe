import { GEMINI_API, parseApiKey, parseBaseUrl } from '../../gemini/access.ts'
import { openRegistrations, type Registrations } from '../../gemini/registrations.ts'
import type { Io } from '../io.ts'
import { attempt, refuseAll } from './problems.ts'

/** Google's have 39 characters. What is shorter than this is a stand-in's, and its letters are those of words. */
const SHORTEST_KEY = 8

/** What the `webhooks` commands work with. */
export interface Context extends Pick<Io, 'command' | 'directory' | 'env'> {
  readonly api: Registrations
  /** Writes a line of data to standard output. */
  print(line: string): void
  /** Writes a new signing secret to standard output, as it is. */
  reveal(secret: string): void
  /** Writes a line for people to standard error. */
  tell(line: string): void
}

/**
 * Opens the Gemini API with `GEMINI_API_KEY`, at `GOOGLE_GEMINI_BASE_URL` if that is set. Whatever is printed, the key is
 * not: it is masked even where the far side says it.
 * @throws {ConfigError} if the key is missing, or either cannot be used
 */
export function openContext({ env, directory, command, stdout, stderr, stop }: Io): Context {
  const written = env['GEMINI_API_KEY']
  const key = attempt('GEMINI_API_KEY', 'export GEMINI_API_KEY=…', () => {
    if (written) return parseApiKey(written)
    throw new Error('it is not set. Set it to an API key of the project, from https://aistudio.google.com/apikey')
  })
  const base = attempt('GOOGLE_GEMINI_BASE_URL', GEMINI_API, () =>
    parseBaseUrl(env['GOOGLE_GEMINI_BASE_URL'] || GEMINI_API)
  )
  if (!('value' in key) || !('value' in base)) throw refuseAll(key, base)
  const masked = (line: string) => (key.value.length < SHORTEST_KEY ? line : line.replaceAll(key.value, '…'))
  return {
    env,
    directory,
    command,
    api: openRegistrations({ base: base.value, key: key.value }, { signal: stop }),
    print: line => stdout.write(`${masked(line)}\n`),
    reveal: secret =>
      stdout.write(`${secret}\n`, error => {
        if (error)
          stderr.write('Standard output has not taken the signing secret, and nothing shows it again: rotate anew.\n')
      }),
    tell: line => stderr.write(`${masked(line)}\n`)
  }
}
