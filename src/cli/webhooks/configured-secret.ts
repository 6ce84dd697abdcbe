import { openSecretFile, type SecretFile } from './secret-file.ts'
import type { StaticEndpoint } from './static-endpoints.ts'

const REFERENCE = /^\$\{file:([^{}]+)\}$/

/**
 * Opens the file of an endpoint's newest secret.
 * @param directory the folder that references start from
 * @throws {ConfigError} if the newest secret is something else than one reference to a file, or it cannot be written
 */
export async function openNewest({ secrets, refuseSecret }: StaticEndpoint, directory: string): Promise<SecretFile> {
  const example = `\${file:secrets/gemini}`
  const name = fileOf(secrets[0])
  if (name === undefined) {
    throw refuseSecret(
      'is no reference to a file, so that there is no place for a new secret. Write one there, or use --secret-file',
      example
    )
  }
  return openSecretFile(name, { directory, mode: 'kept' }).catch(error => {
    throw refuseSecret(error instanceof Error ? error.message : String(error), example)
  })
}

/**
 * Opens the file of an endpoint's second secret, if that is another file than the newest one's.
 * @throws {ConfigError} if it cannot be written
 */
export async function openPrevious(
  { secrets, refuseSecret }: StaticEndpoint,
  { path }: SecretFile,
  directory: string
): Promise<SecretFile | undefined> {
  const name = fileOf(secrets[1])
  if (name === undefined) return undefined
  const previous = await openSecretFile(name, { directory, mode: 'kept' }).catch(error => {
    throw refuseSecret(error instanceof Error ? error.message : String(error), `\${file:secrets/gemini}`)
  })
  return previous.path === path ? undefined : previous
}

function fileOf(written: string | undefined): string | undefined {
  return REFERENCE.exec(written ?? '')?.[1]
}
