import { createHmac, timingSafeEqual } from 'node:crypto'
import fastify from 'fastify'

/** A genuine webhook, as far as a record needs it. */
export interface BareWebhook {
  readonly id: string
  readonly type: string
  readonly data: { readonly id?: unknown }
}

/**
 * What one would write by hand before a broker's client: it checks the signature and parses the body. No limits, no
 * metrics, no log, no deadline.
 * @param publish resolves when the broker has the event
 */
export async function serveBare(publish: (webhook: BareWebhook) => Promise<unknown>): Promise<void> {
  const { GEMINI_WEBHOOK_SECRET = '', PORT } = process.env
  const secret = Buffer.from(GEMINI_WEBHOOK_SECRET.slice('whsec_'.length), 'base64')
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Body: Buffer }>('/webhooks/gemini', async (request, reply) => {
    const id = String(request.headers['webhook-id'])
    const signed = createHmac('sha256', secret).update(`${id}.${request.headers['webhook-timestamp']}.`)
    const expected = signed.update(request.body).digest()
    const signature = Buffer.from(String(request.headers['webhook-signature']).slice('v1,'.length), 'base64')
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return reply.code(401).send()
    const { type, data } = JSON.parse(request.body.toString())
    await publish({ id, type, data })
    return reply.code(204).send()
  })
  await app.listen({ host: '127.0.0.1', port: Number(PORT) })
}
