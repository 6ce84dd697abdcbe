import { z } from 'zod'
import type { Finding } from '../../adapter.ts'

const finding = z.object({
  about: z.enum(['reachable', 'authenticated', 'exists', 'permission', 'durability']),
  state: z.enum(['ok', 'warning', 'fault', 'unknown']),
  says: z.string().min(1)
})

/** Why nothing is looked at any more: the reason of the signal that says so. */
export class Ended extends Error {}

/**
 * Collects what an inspection finds, until it ends, fails, or `signal` aborts with an `Ended`. Never rejects, and does
 * not wait for an inspection that goes on all the same.
 */
export async function collect(inspect: () => AsyncIterable<unknown>, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = []
  const read = async () => {
    for await (const found of inspect()) {
      if (signal.aborted) return
      const { data } = finding.safeParse(found)
      findings.push(
        data ?? unknown('Its adapter gave a finding that is none. See the contract: { about, state, says }.')
      )
    }
  }
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(signal.reason)
  if (signal.aborted) end()
  signal.addEventListener('abort', end)
  try {
    await Promise.race([read(), ended.promise])
    if (findings.length === 0) findings.push(unknown('Its adapter says nothing of it. The first event will show.'))
  } catch (error) {
    findings.push(asFinding(error, findings))
  } finally {
    signal.removeEventListener('abort', end)
  }
  return findings
}

/** Where something is known already, the rest is not; otherwise not even that it can be reached. */
function asFinding(error: unknown, known: readonly Finding[]): Finding {
  if (error instanceof Ended && known.length > 0) return unknown(error.message)
  return { about: 'reachable', state: 'fault', says: error instanceof Error ? error.message : String(error) }
}

function unknown(says: string): Finding {
  return { about: 'reachable', state: 'unknown', says }
}
