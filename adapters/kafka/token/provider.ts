import { importModule, UnavailableError } from '../../../src/adapter.ts'
import { isBearerToken, type Token, type TokenSource } from './token.ts'

/**
 * Tokens by a module of the operator's own. Its default export takes nothing and gives, at once or in a promise, a token
 * or `{ value, expiresAt }`, with `expiresAt` in milliseconds since 1970; without that, it is called at each sign-in.
 * What it throws is shown by its message.
 * @param provider a path (it starts with `.` or `/`) or a package
 * @param directory the folder that both are looked for from
 */
export function providedTokens(provider: string, directory: string): TokenSource {
  const name = `Kafka's sasl.provider ("${provider}")`

  const ask = async (): Promise<Token> => {
    const { default: give } = await importModule(provider, directory).catch(cause => {
      const fault = `cannot be imported (${reasonOf(cause)})`
      throw new UnavailableError(`${name} ${fault}. Mend it, and start the bridge again.`, { cause })
    })
    if (typeof give !== 'function') {
      throw new UnavailableError(`${name} has no function as its default export. Export one that gives a token.`)
    }
    try {
      return toToken(await give(), name)
    } catch (cause) {
      if (cause instanceof UnavailableError) throw cause
      throw new UnavailableError(`${name} failed (${reasonOf(cause)}). Mend what it names.`, { cause })
    }
  }

  return signal => Promise.race([ask(), lateness(signal, name)])
}

function toToken(given: unknown, name: string): Token {
  const { value, expiresAt }: { value?: unknown; expiresAt?: unknown } =
    typeof given === 'object' && given !== null ? given : { value: given }
  if (!isBearerToken(value)) {
    throw new UnavailableError(`${name} gave no bearer token (RFC 6750). Let it give one, or { value, expiresAt }.`)
  }
  if (expiresAt === undefined || (typeof expiresAt === 'number' && Number.isFinite(expiresAt)))
    return { value, expiresAt }
  throw new UnavailableError(`${name} gave an expiresAt that is no number. Give milliseconds since 1970.`)
}

/** The module is not obliged to end by itself. */
function lateness(signal: AbortSignal, name: string): Promise<never> {
  const late = Promise.withResolvers<never>()
  const error = new UnavailableError(`${name} gave no token in time. See what it waits for.`)
  signal.addEventListener('abort', () => late.reject(error), { once: true })
  return late.promise
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
}
