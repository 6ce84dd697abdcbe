/**
 * Every reason for which the bridge refuses, in one place: its HTTP status and the one sentence that a sender is told.
 * What the operator is told is the error's `message`, which goes to the log and never into a reply.
 */
export const refusals = {
  ERR_HEADERS: { statusCode: 400, message: 'A webhook header is missing, repeated or malformed.' },
  ERR_SIGNATURE: { statusCode: 401, message: 'No signature in webhook-signature matches.' },
  ERR_TIMESTAMP: { statusCode: 401, message: 'The signature matches, but webhook-timestamp is outside the tolerance.' },
  ERR_TOKEN: { statusCode: 401, message: 'The callback token is missing or wrong.' },
  ERR_NOT_FOUND: { statusCode: 404, message: 'There is no endpoint at this path.' },
  ERR_METHOD: { statusCode: 405, message: 'This path takes only the methods in the Allow header.' },
  ERR_SLOW: { statusCode: 408, message: 'The request did not arrive in time.' },
  ERR_TOO_LARGE: { statusCode: 413, message: 'The body is larger than this bridge takes.' },
  ERR_ENCODING: { statusCode: 415, message: 'The body must not be encoded (content-encoding).' },
  ERR_EVENT: { statusCode: 422, message: 'The webhook is genuine, but can never be published.' },
  ERR_KEYS: { statusCode: 503, message: 'The signing keys are unavailable; deliver again later.' },
  ERR_DESTINATION: { statusCode: 503, message: 'A destination is unavailable; deliver again later.' },
  ERR_BUSY: { statusCode: 503, message: 'The bridge is at its limits; deliver again later.' },
  ERR_DRAINING: { statusCode: 503, message: 'The bridge is shutting down; deliver again.' }
} as const satisfies Record<`ERR_${string}`, { statusCode: number; message: string }>

export type Code = keyof typeof refusals

type CodeOf<Status extends number> = {
  [C in Code]: (typeof refusals)[C]['statusCode'] extends Status ? C : never
}[Code]

/** A refusal with its code and status. `message` is for the operator; senders get the code's fixed sentence. */
export abstract class RefusalError extends Error {
  readonly code: Code
  readonly statusCode: number

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.statusCode = refusals[code].statusCode
  }

  /** The reply's `message`: fixed per code, and nothing that the request or the broker said. */
  get sentence(): string {
    return refusals[this.code].message
  }
}

/** Not a request that an endpoint takes: wrong path, method, encoding, size or pace. */
export class RequestError extends RefusalError {
  declare readonly code: CodeOf<404 | 405 | 408 | 413 | 415>

  constructor(code: CodeOf<404 | 405 | 408 | 413 | 415>, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** Not proven to come from Gemini, or not now. Redelivering the same request cannot help. */
export class VerificationError extends RefusalError {
  declare readonly code: CodeOf<400 | 401>
  /** The header at fault, for `ERR_HEADERS`. */
  readonly header: string | undefined

  constructor(code: CodeOf<400 | 401>, message: string, options?: ErrorOptions & { header?: string }) {
    super(code, message, options)
    this.header = options?.header
  }

  override get sentence(): string {
    return this.header === undefined ? super.sentence : `The header ${this.header} is missing, repeated or malformed.`
  }
}

/** The event can never be published, however often it is delivered: 422. When unsure, throw `UnavailableError`. */
export class EventError extends RefusalError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_EVENT', message, options)
  }
}

/**
 * The event cannot be published now, but a redelivery may succeed: 503. Also for what only an operator can mend:
 * refused credentials, a missing topic, a quota. The message says what happened, to what, and what to do.
 */
export class UnavailableError extends RefusalError {
  declare readonly code: CodeOf<503>

  constructor(message: string, options?: ErrorOptions & { code?: CodeOf<503> }) {
    super(options?.code ?? 'ERR_DESTINATION', message, options)
  }
}

/** One thing wrong with the configuration. */
export interface Problem {
  /** Where: `bridge.yaml:12:5`, or an environment variable's name. */
  readonly place: string
  /** What is wrong, with the key's path. Never the value of a secret. */
  readonly fault: string
  /** Something that works in its place. */
  readonly example?: string | undefined
}

/** The bridge cannot start as it is configured. Carries all problems at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(
      problems
        .map(
          ({ place, fault, example }) =>
            `${place}: ${fault}${example === undefined ? '' : `\n    for example: ${example}`}`
        )
        .join('\n'),
      options
    )
    this.problems = problems
  }
}
