import { ApiError } from '../../gemini/api-error.ts'

/** For the `catch` of what must not be done twice: says what to look at first, if it may be done all the same. */
export function withAdvice(advice: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof ApiError && error.perhapsDone)) throw error
    throw new ApiError(`${error.message}\n${advice}`, { cause: error, perhapsDone: true })
  }
}
