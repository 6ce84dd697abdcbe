import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A small change that breaks one of the bridge's guarantees. */
export interface Mutant {
  /** The guarantee's breach, in words. */
  readonly name: string
  /** The file that is changed, from the root. */
  readonly file: string
  /** Text that occurs in it exactly once. */
  readonly find: string
  readonly replace: string
  /** Test files, from the root, at least one of which has a test that fails for it. */
  readonly tests: readonly string[]
}

/** How often the mutant's text occurs where it should occur once. */
export async function countIn(root: string, { file, find }: Mutant): Promise<number> {
  return (await readFile(join(root, file), 'utf8')).split(find).length - 1
}

/** Runs something while the mutant is in force. */
export async function during<T>(root: string, { file, find, replace }: Mutant, act: () => Promise<T>): Promise<T> {
  const path = join(root, file)
  const sound = await readFile(path, 'utf8')
  await writeFile(
    path,
    sound.replace(find, () => replace)
  )
  try {
    return await act()
  } finally {
    await writeFile(path, sound)
  }
}
