import assert from 'node:assert/strict'
import { deliveryClauses } from './delivery-clauses.ts'
import { failureClauses } from './failure-clauses.ts'
import type { Capability, Harness } from './harness.ts'
import { lifetimeClauses } from './lifetime-clauses.ts'
import { startTrial } from './trial.ts'

/** One sentence of the adapter contract, and its proof. */
export interface Clause {
  readonly name: string
  /** Rejects with an `AssertionError`, or with the adapter's own error, if the adapter breaks the contract. */
  run(): Promise<void>
}

/**
 * The adapter contract as tests for any runner. No clause is left out in silence: what a destination does not have is
 * stated with its reason, which becomes part of that clause's name, and the clause then proves only that the harness
 * indeed has no such thing. In each clause, no error and no log line may show one of the harness's secrets. Run them one
 * after another: what `close` leaves open can only be told from the whole process.
 *
 * ```ts
 * for (const { name, run } of adapterContract(openHarness, { oversize: 'a file has no limit' })) test(name, run)
 * ```
 * @param open gives each clause a harness of its own, on a running broker
 * @param lacks why this destination has no such fault or limit
 */
export function adapterContract(
  open: () => Promise<Harness>,
  lacks: { readonly [C in Capability]?: string } = {}
): Clause[] {
  return [...deliveryClauses, ...failureClauses, ...lifetimeClauses].map(({ name, needs, run }) => {
    const reason = needs && lacks[needs]
    return {
      name: reason === undefined ? name : `${name} (not applicable: ${reason})`,
      async run() {
        const harness = await open()
        const trial = startTrial(harness)
        try {
          if (needs !== undefined) assertOffer(harness, needs, reason)
          if (reason === undefined) await run(trial)
          trial.checkSecrets()
        } finally {
          await trial.end()
        }
      }
    }
  })
}

function assertOffer(harness: Harness, needs: Capability, reason: string | undefined): void {
  const { missing, refused, oversize } = harness
  const offered = { ...harness.break, missing, refused, oversize }[needs] !== undefined
  assert.equal(
    offered,
    reason === undefined,
    offered
      ? `The harness has \`${needs}\`, so it is not lacking.`
      : `The harness has no \`${needs}\`. Add it, or say in adapterContract's second argument why this destination has none: { ${needs}: '…' }.`
  )
}
