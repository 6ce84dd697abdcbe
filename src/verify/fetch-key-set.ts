/** A set of sixteen 4,096-bit keys has 13 KiB. */
const MAX_BYTES = 64 * 1024
/** Below the acknowledgement deadline, so that a webhook that waits for keys can still be answered in time. */
const DEADLINE_MS = 2000

/**
 * Loads the text of a key set: one request, no redirects, at most 64 KiB and 2 s.
 * @param signal ends it early
 * @throws {Error} with the reason as its message
 */
export async function fetchKeySet(url: URL, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<string> {
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  try {
    const response = await fetch(url, {
      // A redirect could lead from https to anywhere.
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, deadline])
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`it answered ${response.status}`)
    }
    return await readText(response)
  } catch (error) {
    if (deadline.aborted) throw new Error(`it did not answer within ${DEADLINE_MS / 1000} s`, { cause: error })
    throw new Error(reasonOf(error), { cause: error })
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`its answer is larger than ${MAX_BYTES / 1024} KiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** fetch itself only says "fetch failed"; what happened is its cause (and of several addresses, the code). */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name
}
