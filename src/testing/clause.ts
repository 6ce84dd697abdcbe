import type { Capability } from './harness.ts'
import type { Trial } from './trial.ts'

/** A clause before it has a harness. */
export interface ClauseDefinition {
  readonly name: string
  /** What the harness must be able to show for it. */
  readonly needs?: Capability
  run(trial: Trial): Promise<void>
}
