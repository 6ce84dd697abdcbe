import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Registry } from 'prom-client'
import { addHealth, type Health } from './health.ts'
import { noSchemas } from './no-schemas.ts'

/** Builds the admin server: metrics and health, for operators only. It does not listen yet. */
export function createAdmin(registry: Registry, health: Health): FastifyInstance {
  const app = fastify({
    schemaController: noSchemas,
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => notFound(reply as FastifyReply)
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  addHealth(app, health)
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  return app
}

/** Fastify's own answers repeat the URL, and that may hold a token. */
function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ statusCode: 404, message: 'There is nothing at this path.' })
}
