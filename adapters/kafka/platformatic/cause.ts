import { protocolErrorsCodesById, ResponseError } from '@platformatic/kafka'
import { UnavailableError } from '../../../src/adapter.ts'

/** What Kafka answers by this number. */
export function answered(code: number): Error {
  return Object.assign(new Error('Kafka has answered with an error.'), { type: protocolErrorsCodesById[code] })
}

/**
 * The answer that the library rejects with, since something in it is an error.
 * @throws the error itself, if it comes from anywhere else
 */
export function answerOf<T>(error: unknown): T {
  if (error instanceof ResponseError) return error['response']
  throw error
}

/**
 * What an error of the library says, without its words and its answers, which may quote what a broker says of a refused
 * sign-in: by `code`, `name`, and `type`, which is Kafka's name of an answer.
 * @param broker where, as `host:port`
 */
export function toCause(error: unknown, broker: string): unknown {
  return error instanceof Error && !(error instanceof UnavailableError)
    ? Object.assign(withoutWords(error), { broker })
    : error
}

function withoutWords(error: Error): Error {
  if (error instanceof UnavailableError) return error
  const inner = innerOf(error)
  const cause = inner instanceof Error ? { cause: withoutWords(inner) } : undefined
  const { name, code }: Error & { code?: unknown } = error
  return Object.assign(new Error('The connection to Kafka has failed.', cause), { name, code, type: saysKafka(error) })
}

/** Kafka's name of the answer that an error is about, if it is about one. */
export function saysKafka(error: Error): unknown {
  if ('type' in error) return error.type
  if ('apiId' in error) return error.apiId
  const inner = innerOf(error)
  return inner instanceof Error ? saysKafka(inner) : undefined
}

/** The library has several for one answer; they say the same. */
function innerOf(error: Error): unknown {
  return error instanceof ResponseError ? error.errors[0] : error.cause
}
