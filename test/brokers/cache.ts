/**
 * What brokers need and what is slow to get: `cached('jars', recipe, async folder => { … })` builds once a machine and
 * gives the folder. The cache lives outside the tree, in `$BROKER_CACHE`, else in `$XDG_CACHE_HOME` or `~/.cache`.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from './watchdog.ts'

const building = new Map<string, Promise<string>>()

/**
 * The folder that `build` has filled, one for each name and recipe. The recipe is all that the content depends on, as
 * JSON. What is built must not hold the folder's own path: it is built aside and renamed, so that two runs may build at
 * once. Never write into the folder afterwards.
 */
export function cached(name: string, recipe: unknown, build: (folder: string) => Promise<void>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)
  const folder = join(cacheRoot(), `${name}-${hash}`)
  // A failed build is forgotten, so that the next call tries again.
  const pending = building.get(folder) ?? buildOnce(folder, build).finally(() => building.delete(folder))
  building.set(folder, pending)
  return pending
}

async function buildOnce(folder: string, build: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  await mkdir(cacheRoot(), { recursive: true })
  const aside = temporaryFolder('building-', cacheRoot())
  try {
    await build(aside.path)
    await rename(aside.path, folder)
  } catch (cause) {
    // Renaming on top of a folder that is not empty fails: another run was faster, and its folder is as good.
    if (!existsSync(folder)) throw cause
  } finally {
    await aside.remove()
  }
  return folder
}

function cacheRoot(): string {
  const { BROKER_CACHE, XDG_CACHE_HOME } = process.env
  return BROKER_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gemini-event-bridge')
}
