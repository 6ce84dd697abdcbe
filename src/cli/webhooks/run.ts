import { ConfigError } from '../../errors.ts'
import { ApiError } from '../../gemini/api-error.ts'
import type { Io } from '../io.ts'
import { type Context, openContext } from './context.ts'

/**
 * Runs one of the commands.
 * @returns its exit code; 1 if it could not be done, and then standard error says why and what to do
 * @throws {ConfigError} if there is no key to begin with
 */
export async function runWith(io: Io, command: (context: Context) => Promise<number>): Promise<number> {
  const context = openContext(io)
  try {
    return await command(context)
  } catch (error) {
    // Said here, where the key is masked: the far side's words may be in either.
    if (!(error instanceof ApiError || error instanceof ConfigError)) throw error
    context.tell(error.message)
    return 1
  }
}
