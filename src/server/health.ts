import type { FastifyInstance } from 'fastify'

/** What the health answers are made of. */
export interface Health {
  draining(): boolean
  /** Names of the destinations that the bridge still waits for before it is ready. */
  awaiting(): readonly string[]
}

export const HEALTH_PATHS: readonly string[] = ['/health/live', '/health/ready']

/** Adds `/health/live` and `/health/ready`. Live while the process answers; ready while it takes webhooks. */
export function addHealth(app: FastifyInstance, health: Health): void {
  app.get('/health/live', () => ({ status: 'ok' }))
  app.get('/health/ready', (_request, reply) => {
    if (health.draining()) return reply.code(503).send({ status: 'unready', reason: 'shutting down' })
    const destinations = health.awaiting()
    if (destinations.length > 0)
      return reply.code(503).send({ status: 'unready', reason: 'not connected', destinations })
    return reply.send({ status: 'ok' })
  })
}
