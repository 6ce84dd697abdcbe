import { expect, onTestFinished } from 'vitest'
import { openRedisMarks } from '../../../src/deliver/redis-marks.ts'
import type { SharedMarks } from '../../../src/deliver/shared-marks.ts'
import { recordingLog } from '../../verify/recording-log.ts'

export const TTL_MS = 60_000
/** For what happens by itself, on a machine that may be loaded. */
export const SOON = { timeout: 15_000, interval: 10 }

/** Marks, and what their log was told: `warn ECONNREFUSED`, `info`. */
export interface OpenMarks extends SharedMarks {
  readonly told: readonly string[]
  /** All of the log, as text. */
  readonly text: string
}

/** Opens marks for this test. */
export function openMarks(url: string, ttl: number = TTL_MS): OpenMarks {
  const log = recordingLog()
  const marks = openRedisMarks({ url: () => url, ttl, log })
  onTestFinished(() => marks.close())
  return {
    ...marks,
    get told() {
      const lines = log.lines.filter(({ level }) => level !== 'debug')
      return lines.map(({ level, fields }) => ('error' in fields ? `${level} ${fields.error}` : level))
    },
    get text() {
      return JSON.stringify(log.lines)
    }
  }
}

/** Waits until Redis answers, by itself and with nobody's help. */
export async function answering(marks: SharedMarks): Promise<void> {
  await expect.poll(() => marks.find('nothing', ['none']), SOON).toEqual(new Set())
}
