import { vi } from 'vitest'
import type { SharedMarks } from '../../src/deliver/shared-marks.ts'

/** A shared memory that its test reads and writes; while `silent`, it gives no answer. */
export function createMarks() {
  const marked = new Set<string>()
  const state = { silent: false }
  const found = (key: string, names: readonly string[]) => new Set(names.filter(name => marked.has(`${key}: ${name}`)))
  return Object.assign(state, {
    marked,
    find: vi.fn<SharedMarks['find']>(async (key, names) => (state.silent ? undefined : found(key, names))),
    add: vi.fn<SharedMarks['add']>((key, name) => void marked.add(`${key}: ${name}`)),
    close: async () => {}
  })
}
