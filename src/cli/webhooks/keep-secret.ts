import { fingerprint } from '../../verify/fingerprint.ts'
import { parseSecret } from '../../verify/secret.ts'
import type { Context } from './context.ts'
import type { SecretFile } from './secret-file.ts'

/**
 * Puts a new signing secret before others into its file. Nothing shows it again: so without a file, or if the file does
 * not take it after all, it goes to standard output.
 * @returns the exit code: 1 if it should be in the file and is not
 */
export async function keepSecret(
  secret: string,
  file: SecretFile | undefined,
  others: readonly string[],
  { reveal, tell }: Context
): Promise<number> {
  const key = keyOf(secret)
  if (file === undefined) {
    reveal(secret)
    tell(`The signing secret (${key}) is on standard output, this once. Keep it: nothing shows it again.`)
    return 0
  }
  const fault = faultOf(secret)
  try {
    if (fault !== undefined && !file.isVerbatim) throw new Error(fault)
    await file.write([secret, ...others])
  } catch (error) {
    reveal(secret)
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : error
    tell(`The signing secret (${key}) could not go into ${file.name} (${reason}). It is on standard output, this once.`)
    return 1
  }
  const below = others.length === 0 ? '' : `, and below it what was there: ${others.map(keyOf).join(', ')}`
  tell(`${file.name} has its signing secret, ${key}${below}.`)
  if (fault !== undefined) tell(`This bridge would not take it: ${fault}`)
  return 0
}

function faultOf(secret: string): string | undefined {
  try {
    parseSecret(secret)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A secret as metrics and the log name it. */
function keyOf(secret: string): string {
  return `key ${fingerprint(secret)}`
}
