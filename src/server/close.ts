import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Limits } from '../config/config.ts'
import { UnavailableError } from '../errors.ts'
import type { Receiving } from './receiving.ts'

/** What is left of `limits.drain` for closing the destinations. */
const FOR_DESTINATIONS_MS = 500

/**
 * Stops accepting, and waits until every request is answered. What has not arrived within `limits.receive` is answered
 * 503, since Node stops looking for slow requests once its server closes.
 * @param closeOthers closes the connections that no answer is owed to
 * @returns whether everything was answered; false if connections had to be cut near the end of `limits.drain`
 */
export async function closeServer(
  app: FastifyInstance,
  { closeOthers, receiving, limits }: { closeOthers: () => void; receiving: Receiving; limits: Limits }
): Promise<boolean> {
  const done = new AbortController()
  const after = (ms: number, act: () => void) => sleep(ms, undefined, { signal: done.signal }).then(act, () => {})
  let cut = false
  void after(limits.receive, () => {
    receiving.refuseAll(
      new UnavailableError('The bridge is shutting down. Gemini delivers again.', { code: 'ERR_DRAINING' })
    )
    setImmediate(closeOthers)
  })
  void after(limits.drain - FOR_DESTINATIONS_MS, () => {
    cut = true
    app.server.closeAllConnections()
  })
  await app.close().finally(() => done.abort())
  return !cut
}
