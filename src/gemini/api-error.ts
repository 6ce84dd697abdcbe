import { z } from 'zod'
import { inert } from './inert.ts'

/** The Gemini API has not done what it was asked for, or has not said that it has. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Whether it may be done all the same: the request was sent, and no answer says that it was not done. */
  readonly perhapsDone: boolean

  constructor(message: string, { perhapsDone = false, ...options }: ErrorOptions & { perhapsDone?: boolean } = {}) {
    super(message, options)
    this.perhapsDone = perhapsDone
  }
}

/** What a request was about, for what is said of its failure. */
export interface Asked {
  readonly base: string
  /** The webhook that it was about, if it was about one. */
  readonly id?: string | undefined
}

/** Google's form of an error. @see https://google.aip.dev/193 */
const googleError = z.object({
  error: z.object({
    message: z.string(),
    details: z
      .array(z.looseObject({ reason: z.string().optional() }))
      .optional()
      .catch(undefined)
  })
})

/**
 * What an answer other than 2xx means, and what to do. A refused key is 401 or 403, or 400 with this reason, which only
 * the body tells from a request that is at fault.
 */
export function explainAnswer(status: number, text: string, { base, id }: Asked): ApiError {
  const { error } = parseGoogleError(text) ?? {}
  const answer = error === undefined ? String(status) : `${status}: ${quoted(error.message)}`
  if (status >= 300 && status < 400) {
    return new ApiError(
      `${base} answered ${answer}, a redirect, which the API key must not follow. Correct GOOGLE_GEMINI_BASE_URL, or unset it.`
    )
  }
  if (status === 401 || status === 403 || error?.details?.some(({ reason }) => reason === 'API_KEY_INVALID')) {
    return new ApiError(
      `Gemini refused the API key (${answer}). Check that GEMINI_API_KEY is a whole key of the project whose webhooks these are, and may use the Gemini API.`
    )
  }
  if (status === 404) {
    return id === undefined
      ? new ApiError(
          `There is no registration of webhooks at ${base} (${answer}). Correct GOOGLE_GEMINI_BASE_URL, or unset it.`
        )
      : new ApiError(
          `This project has no webhook ${inert(id)} (${answer}). See "webhooks list" for those that it has, and check that GEMINI_API_KEY is of the right project.`
        )
  }
  if (status === 408 || status === 429 || status >= 500) {
    return new ApiError(`Gemini cannot do it now (${answer}). Wait a little, and try again.`, {
      perhapsDone: status !== 429
    })
  }
  return new ApiError(`Gemini refused it (${answer}). Correct what it names, and try again.`)
}

function parseGoogleError(text: string): z.output<typeof googleError> | undefined {
  try {
    return googleError.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const LONGEST_QUOTED = 300

/** What Google said: short, on one line, and without signing secrets. */
function quoted(message: string): string {
  const short = message.length > LONGEST_QUOTED ? `${message.slice(0, LONGEST_QUOTED)}…` : message
  return inert(short.replaceAll(/whsec_\S*/g, 'whsec_…').trim()).replace(/\.$/, '')
}
