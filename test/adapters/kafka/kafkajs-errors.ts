import { createRequire } from 'node:module'

/** Without types, since kafkajs does not export them: how it makes its errors, and what it puts around them. */
const require = createRequire(import.meta.url)
const classes: Record<string, new (message: string, more?: object) => Error> = require('kafkajs/src/errors')
const protocol: {
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[]
  createErrorFromCode(code: number): Error
} = require('kafkajs/src/protocol/error')
const createRetry: (options: object) => (work: (bail: (error: Error) => void) => Promise<void>) => Promise<never> =
  require('kafkajs/src/retry')

export const BROKER = 'kafka-1.example.com:9092'

/** What kafkajs makes of Kafka's answer with this number. */
export const answerOf = protocol.createErrorFromCode

/** What kafkajs makes of Kafka's answer of this name. */
export function answer(type: string): Error {
  const { code } = protocol.errorCodes.find(known => known.type === type) ?? {}
  if (code === undefined) throw new TypeError(`kafkajs does not know ${type}.`)
  return answerOf(code)
}

/** An error of the client itself. */
export function own(name: string, more?: object): Error {
  const Class = classes[name]
  if (Class === undefined) throw new TypeError(`kafkajs has no ${name}.`)
  return new Class('something happened', more)
}

/** What kafkajs makes of the error of a socket. */
export const socket = (code: string) => own('KafkaJSConnectionError', { broker: BROKER, code })

/** The error of a socket, or of something else of Node's. */
export const node = (code: string) => Object.assign(new Error('something happened'), { code })

const nonRetriable = (cause: Error) => own('KafkaJSNonRetriableError', { cause })

/** How an error leaves kafkajs. Its own retrying is in these, as it is. */
export const wraps: readonly (readonly [how: string, (error: Error) => Promise<unknown>])[] = [
  ['as it is', async error => error],
  ['after its last attempt', error => createRetry({ retries: 0 })(() => Promise.reject(error)).catch(caught => caught)],
  ['bailed out', error => createRetry({ retries: 0 })(async bail => bail(error)).catch(caught => caught)],
  ['not retriable', async error => nonRetriable(error)],
  [
    'wrapped twice',
    error => createRetry({ retries: 0 })(() => Promise.reject(nonRetriable(error))).catch(caught => caught)
  ],
  ['as the cause of another', async error => new Error('it failed', { cause: error })]
]
