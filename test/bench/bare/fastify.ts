import fastify from 'fastify'

// The baseline: the least that Fastify can do with a POST. The body is read as raw bytes, and nothing is done with it.
const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/webhooks/gemini', (_request, reply) => reply.code(204).send())
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
