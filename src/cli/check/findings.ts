import { z } from 'zod'
import type { Finding } from '../../adapter.ts'

const finding = z.object({
  about: z.enum(['reachable', 'authenticated', 'exists', 'permission', 'durability']),
  state: z.enum(['ok', 'warning', 'fault', 'unknown']),
  says: z.string().min(1)
})

/** Why nothing is looked at any more, although that says nothing of what was looked at. */
export class Interrupted extends Error {}

/**
 * Collects what an inspection finds, until it ends, fails, or `signal` aborts, whose reason says why. Never rejects, and does
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
    const says = error instanceof Error ? error.message : String(error)
    findings.push(error instanceof Interrupted ? unknown(says) : { about: 'reachable', state: 'fault', says })
  } finally {
    signal.removeEventListener('abort', end)
  }
  return findings
}

function unknown(says: string): Finding {
  return { about: 'reachable', state: 'unknown', says }
}
