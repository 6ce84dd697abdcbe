import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigError } from '../../errors.ts'
import { parseSecret } from '../../verify/secret.ts'

/** A file of signing secrets, newest first, one a line. It can be written. */
export interface SecretFile {
  /** As it was named. */
  readonly name: string
  /** Where it really is: two links to one file have the same. */
  readonly path: string
  /** It takes whatever Gemini gives, since it is for others than this bridge's configuration. */
  readonly isVerbatim: boolean
  /** What it holds; nothing, if it is not there yet. */
  readonly held: readonly string[]
  /**
   * Replaces what it holds: whoever reads it meanwhile, or after a crash, finds all of the old or all of the new. A new
   * file is its owner's alone (mode 0600); one that was there keeps its owner, group and mode if it was opened so, and
   * whoever read it before still can.
   * @throws {Error} if it cannot be written, and then it is as it was
   */
  write(secrets: readonly string[]): Promise<void>
}

/**
 * Opens a file of signing secrets, and proves that it can be written, by writing what it holds.
 * @param mode what a file that is there gets: its own, or that of a new one
 * @throws {Error} saying what is wrong and what to do, without any secret
 */
export async function openSecretFile(
  name: string,
  { directory, mode }: { readonly directory: string; readonly mode: 'kept' | 'new' }
): Promise<SecretFile> {
  const explain = (error: unknown) => {
    throw new Error(explainFault(error, name), { cause: error })
  }
  const path = await destinationOf(resolve(directory, name)).catch(explain)
  const existing = await stat(path).catch(error => (codeOf(error) === 'ENOENT' ? undefined : explain(error)))
  if (existing !== undefined && !existing.isFile()) {
    throw new Error(`${name} is not a regular file. Name one, or one that is not there yet`)
  }
  const text = existing === undefined ? '' : await readFile(path, 'latin1').catch(explain)
  const held = split(text)
  for (const secret of held) if (mode === 'kept' || !secret.startsWith('whsec_')) refuseForeign(secret, name)
  // Only the renaming shows what a rename meets: a file that is mounted by itself cannot be replaced.
  const isUnchanged = async () => existing !== undefined && (await stat(path)).ino === existing.ino
  await (existing === undefined ? tryFolder(path) : replace(path, text, existing, isUnchanged)).catch(explain)
  const kept = mode === 'kept' ? existing : undefined
  let known: readonly string[] = held
  const write = async ([newest = '', ...others]: readonly string[]) => {
    // Another rotation may have been here meanwhile: nothing shows its secret again.
    const now = mode === 'kept' ? split(await readFile(path, 'latin1').catch(() => '')) : []
    const secrets = [...new Set([newest, ...now.filter(secret => !known.includes(secret)), ...others])]
    await replace(path, secrets.map(secret => `${secret}\n`).join(''), kept)
    known = secrets
  }
  return { name, path, isVerbatim: mode === 'new', held, write }
}

function split(text: string): string[] {
  return text.split(/\s+/).filter(secret => secret !== '')
}

/**
 * Opens the file that `--secret-file` names: for one new secret, with mode 0600.
 * @throws {ConfigError} if it cannot be written, or holds something else
 */
export function openPrivateFile(name: string, directory: string): Promise<SecretFile> {
  return openSecretFile(name, { directory, mode: 'new' }).catch(error => {
    const fault = error instanceof Error ? error.message : String(error)
    throw new ConfigError([{ place: '--secret-file', fault, example: '--secret-file gemini-secret' }], { cause: error })
  })
}

/** Where the file is, or will be, behind all symbolic links: a rename would replace a link, and not what it leads to. */
async function destinationOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    const link = await readlink(path).catch(() => undefined)
    return link === undefined ? path : destinationOf(resolve(dirname(path), link))
  }
}

/** @param isDue asked last; if not, the file stays as somebody else has just made it */
async function replace(path: string, text: string, kept: Stats | undefined, isDue = async () => true): Promise<void> {
  const draft = draftBeside(path)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      if (kept !== undefined) {
        const { uid, gid } = await file.stat()
        if (uid !== kept.uid || gid !== kept.gid) await file.chown(kept.uid, kept.gid)
        await file.chmod(kept.mode & 0o777)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (await isDue()) await rename(draft, path)
    else await rm(draft)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

async function tryFolder(path: string): Promise<void> {
  const draft = draftBeside(path)
  await (await open(draft, 'wx', 0o600)).close()
  await rm(draft)
}

function draftBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}`)
}

function refuseForeign(secret: string, name: string): void {
  try {
    parseSecret(secret)
  } catch (cause) {
    throw new Error(`${name} holds something else than signing secrets. Remove that from it, or name another file`, {
      cause
    })
  }
}

function explainFault(error: unknown, name: string): string {
  const code = codeOf(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no folder for ${name} (${code}). Make it, or name another file`
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'EBUSY':
      return `${name} cannot be replaced (${code}), as is usual for a secret that the platform mounts. Use --secret-file with a file elsewhere, and hand that to the platform with its own tool (kubectl, gcloud secrets)`
    default:
      return `${name} cannot be written (${code}). Name a file that can, with --secret-file`
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
