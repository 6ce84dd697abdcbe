import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** What no test of units reads, or what is linked instead. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'coverage'])

/** Copies the project to a temporary folder, where its files can be changed. */
export async function copyProject(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'geb-mutants-'))
  try {
    await cp(ROOT, root, { recursive: true, filter: path => !LEFT_OUT.has(basename(path)) })
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    return root
  } catch (error) {
    await rm(root, { recursive: true, force: true })
    throw error
  }
}
