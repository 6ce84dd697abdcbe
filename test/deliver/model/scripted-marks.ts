import type { SharedMarks } from '../../../src/deliver/shared-marks.ts'

/** How a shared memory answers: truly; not at all, and only when its time is up; or as one that has lost everything. */
export type Memory = 'true' | 'silent' | 'empty'

/** A shared memory whose test decides what it knows. */
export interface ScriptedMarks extends SharedMarks {
  memory: Memory
  /** Whether this mark was there, and its reader heard of it, when the event was last asked about. */
  wasTold(key: string, name: string): boolean
}

/** How long its silence lasts, in milliseconds: as long as the contract of shared marks lets it. */
export const SILENCE_MS = 50

export function createScriptedMarks(): ScriptedMarks {
  const marks = new Map<string, Set<string>>()
  const told = new Map<string, ReadonlySet<string>>()
  let memory: Memory = 'true'
  return {
    get memory() {
      return memory
    },
    set memory(value) {
      memory = value
      if (value === 'empty') marks.clear()
    },
    async find(key, names) {
      told.delete(key)
      if (memory === 'silent') {
        await new Promise(resolve => setTimeout(resolve, SILENCE_MS))
        return undefined
      }
      const found = new Set(names.filter(name => marks.get(key)?.has(name)))
      told.set(key, found)
      return found
    },
    add(key, name) {
      if (memory !== 'true') return
      const names = marks.get(key) ?? new Set()
      marks.set(key, names.add(name))
    },
    close: async () => {},
    wasTold: (key, name) => told.get(key)?.has(name) ?? false
  }
}
