import { keyOf } from '../deliver/key.ts'
import type { RefusedIds } from '../deliver/refused-ids.ts'
import { UnavailableError } from '../errors.ts'
import { readHeaders, signedHeaders } from '../verify/headers.ts'
import { isTooOld } from '../verify/timestamp.ts'
import type { Answer } from './answer.ts'

/** Remembers a webhook that is answered with a 503, so that its redelivery is never too old. */
export function rememberRefusal({ refusal, progress }: Answer, refused: RefusedIds): void {
  if (!(refusal instanceof UnavailableError) || progress?.endpoint === undefined) return
  const { source, tolerance } = progress.endpoint
  const signed = progress.admitted ?? headersOf(progress.raw.rawHeaders)
  if (signed === undefined) return
  const { id, timestamp } = signed
  const key = keyOf({ source, id })
  if (progress.receipt.verified) refused.add(key)
  else if (!isTooOld(timestamp, progress.webhook?.receivedAt ?? Date.now(), tolerance))
    refused.addUnproven(key, timestamp)
}

/** Of a request that was refused before anything was read of it: they may be anything. */
function headersOf(headers: readonly string[]): ReturnType<typeof readHeaders> | undefined {
  try {
    return readHeaders(signedHeaders(headers))
  } catch {
    return undefined
  }
}
