import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What is written in several steps is read when it is whole, in milliseconds after the last of them. */
const SETTLED_MS = 50
/**
 * Between two looks without an event, in milliseconds. Volumes that give a new version on read have none, and each look
 * may be a request to a secret store.
 */
const POLL_MS = 5000

/**
 * Calls `onChange` soon after one of these files may have changed, and every five seconds in any case, never again before
 * it has settled. Folders are watched and not files: a file that is replaced is another one, and Kubernetes swaps a
 * symbolic link beside it.
 * @param poll between two looks without an event, in milliseconds
 */
export function watchFiles(
  paths: readonly string[],
  onChange: () => Promise<unknown>,
  poll = POLL_MS
): { look(): void; close(): void } {
  const names = Map.groupBy(paths, dirname)
  let timer: NodeJS.Timeout | undefined
  let looking = false
  let again = false
  let closed = false

  const look = async () => {
    again = looking
    if (looking || closed) return
    looking = true
    try {
      await onChange()
    } finally {
      looking = false
    }
    if (again) void look()
  }
  const onEvent = (folder: string, name: string | null) => {
    // `..data` is the link that Kubernetes swaps.
    const concerns = name === null || name.startsWith('..') || names.get(folder)?.some(path => basename(path) === name)
    if (!concerns) return
    clearTimeout(timer)
    timer = setTimeout(() => void look(), SETTLED_MS).unref()
  }
  const watchers = [...names.keys()].flatMap(folder => open(folder, name => onEvent(folder, name)) ?? [])
  const interval = paths.length > 0 ? setInterval(() => void look(), poll).unref() : undefined
  return {
    look: () => void look(),
    close() {
      closed = true
      clearTimeout(timer)
      clearInterval(interval)
      for (const watcher of watchers) watcher.close()
    }
  }
}

/** Watching may not be possible (too many watches, a file system without events): then there are the regular looks. */
function open(folder: string, onEvent: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onEvent(name))
    return watcher.on('error', () => watcher.close())
  } catch {
    return undefined
  }
}
