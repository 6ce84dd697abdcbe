const statuses = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500
} as const

/**
 * A refusal of the registration API.
 * @see https://google.aip.dev/193
 */
export class ApiError extends Error {
  readonly status: keyof typeof statuses
  /** The error's details, in which a program finds what a sentence does not tell it. */
  readonly details: readonly object[]

  constructor(status: keyof typeof statuses, message: string, details: readonly object[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.details = details
  }

  /** The HTTP status. */
  get code(): number {
    return statuses[this.status]
  }

  /** The answer's body. */
  get body(): object {
    const { code, message, status, details } = this
    return { error: { code, message, status, ...(details.length > 0 && { details }) } }
  }
}
