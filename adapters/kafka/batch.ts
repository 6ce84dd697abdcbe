import type { Waiting } from './waiting.ts'

/** So many that a request stays cheap for the client, which copies what it has so far for each record of a partition. */
const BATCH_RECORDS = 500

/**
 * What leaves in the next request, oldest first, and what has to wait. Whoever has given up is in neither. A record that
 * is larger than a batch may be travels alone, so that its refusal is nobody else's.
 * @param batchBytes what one partition may get in one request
 */
export function takeBatch(
  queue: readonly Waiting[],
  batchBytes: number
): { readonly batch: Waiting[]; readonly rest: Waiting[] } {
  const batch: Waiting[] = []
  const rest: Waiting[] = []
  const taken = new Map<number, number>()
  let full = false
  for (const waiting of queue) {
    if (waiting.settled) continue
    const { partition, bytes } = waiting
    const alone = waiting.alone || bytes > batchBytes
    const sum = (taken.get(partition) ?? 0) + bytes
    if (batch.length > 0 && (full || alone || sum > batchBytes)) {
      // Nothing of this partition overtakes it.
      taken.set(partition, Number.POSITIVE_INFINITY)
      rest.push(waiting)
    } else {
      taken.set(partition, sum)
      batch.push(waiting)
      full = alone || batch.length >= BATCH_RECORDS
    }
  }
  return { batch, rest }
}
