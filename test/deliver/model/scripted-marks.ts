import type { SharedMarks } from '../../../src/deliver/shared-marks.ts'

/** How a shared memory answers: truly; not at all, and only when its time is up; or as one that has lost everything. */
export type Memory = 'true' | 'silent' | 'empty'

/** A shared memory whose test decides what it knows. */
export interface ScriptedMarks extends SharedMarks {
  memory: Memory
  /** Whether anybody who has asked since then has heard of this mark. */
  hasTold(key: string, name: string, since: number): boolean
}

/** How long its silence lasts, in milliseconds: as long as the contract of shared marks lets it. */
export const SILENCE_MS = 50

export function createScriptedMarks(): ScriptedMarks {
  /** When each was set. */
  const marks = new Map<string, number>()
  let memory: Memory = 'true'
  let changedAt = performance.now()
  const markOf = (key: string, name: string) => `${key} ${name}`
  return {
    get memory() {
      return memory
    },
    set memory(value) {
      memory = value
      changedAt = performance.now()
      if (value === 'empty') marks.clear()
    },
    async find(key, names) {
      if (memory === 'silent') {
        await new Promise(resolve => setTimeout(resolve, SILENCE_MS))
        return undefined
      }
      return new Set(names.filter(name => marks.has(markOf(key, name))))
    },
    add(key, name) {
      const mark = markOf(key, name)
      if (memory === 'true' && !marks.has(mark)) marks.set(mark, performance.now())
    },
    close: async () => {},
    hasTold: (key, name, since) =>
      memory === 'true' && Math.max(changedAt, marks.get(markOf(key, name)) ?? Infinity) < since
  }
}
