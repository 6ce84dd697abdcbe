import { EventError, type UnavailableError } from '../../src/adapter.ts'
import { type BatchLimits, shrink } from './batch.ts'
import type { Broker } from './broker.ts'
import type { Health } from './health.ts'
import type { Waiting } from './waiting.ts'

/** Who was not accepted, and why. */
export interface Failure<Item> {
  readonly waiting: Waiting<Item>
  readonly cause: unknown
}

/** What the failures of one request come to. */
export interface Verdict<Item> {
  /** Any of them may pass. */
  readonly passing: boolean
  /** The reason that may pass, if anybody still waits for that. */
  readonly trouble: UnavailableError | undefined
  /** What one request may hold from now on. */
  readonly limits: BatchLimits<Item>
}

/** Refuses what is not to be sent again, and sees to it that the others travel in better company. */
export function judge<Item>(
  failed: readonly Failure<Item>[],
  broker: Broker<Item>,
  health: Health,
  limits: BatchLimits<Item>
): Verdict<Item> {
  let verdict: Verdict<Item> = { passing: false, trouble: undefined, limits }
  for (const [cause, group] of Map.groupBy(failed, ({ cause }) => cause)) {
    const { error, kind } = broker.toFault(cause)
    const list = group.map(({ waiting }) => waiting)
    for (const waiting of list) {
      waiting.attempts += 1
      // Of several, nobody knows who is to blame: at its deadline, none may hear that it can never be accepted.
      if (!(error instanceof EventError)) waiting.trouble = error
      if (kind === 'record') waiting.company = Math.ceil(list.length / 2)
    }
    if (kind === 'mend') health.onReason(error)
    if (kind === 'passing') {
      // Where all have given up, it need not be the broker's fault.
      const counts = health.down !== undefined || list.some(({ settled }) => !settled)
      verdict = { ...verdict, passing: true, trouble: counts ? error : verdict.trouble }
    }
    if (kind === 'size' && list.length > 1) verdict = { ...verdict, limits: shrink(verdict.limits, list) }
    const again = kind === 'passing' ? !health.down : kind !== 'mend' && list.length > 1
    if (!again) for (const waiting of list) waiting.refuse(error)
  }
  return verdict
}
