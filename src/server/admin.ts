import fastify, { type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { addHealth, type Health } from './health.ts'

/** Builds the admin server: metrics and health, for operators only. It does not listen yet. */
export function createAdmin(registry: Registry, health: Health): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  addHealth(app, health)
  return app
}
