import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { isLoopback } from '../../loopback.ts'
import { ApiError } from './api-error.ts'
import type { Courier } from './courier.ts'
import type { Registration, Registry } from './registry.ts'
import {
  createRequest,
  listRequest,
  pageTokenAt,
  parse,
  pingRequest,
  rotateRequest,
  updateRequest
} from './requests.ts'

// The guide's samples and @google/genai 3 say v1, the reference and older clients v1beta.
const PATH = '/:version(^v1(?:beta)?$)/webhooks'
const MAX_BODY_BYTES = 64 * 1024

interface ById {
  Params: { id: string }
}

/**
 * Builds the registration API. It does not listen yet.
 * @param apiKey the only one that is taken; undefined: any
 * @see https://ai.google.dev/api/webhooks
 */
export function createApi(registry: Registry, courier: Courier, apiKey: string | undefined): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    frameworkErrors: (error, _request, reply) => refuse(error, reply as FastifyReply)
  })
  app.setErrorHandler((error, _request, reply) => refuse(error, reply))
  app.setNotFoundHandler(({ method, url }, reply) => refuse(notFound(method, url), reply))
  app.addHook('onRequest', async ({ hostname, headers }) => {
    checkHost(hostname)
    checkKey(headers['x-goog-api-key'], apiKey)
  })
  // Google's client says that a request without a body is JSON.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, String(body), done)
  )

  app.post(PATH, async ({ body }) => {
    const { subscribed_events: subscribedEvents, ...settings } = parse(createRequest, body)
    const registration = registry.create({ ...settings, subscribedEvents })
    return { ...toResource(registration), new_signing_secret: registration.secrets[0]?.text }
  })

  app.get(PATH, async ({ query }) => {
    const { page_size: size, page_token: place } = parse(listRequest, query)
    const { page, more } = registry.list(place, size)
    // As everywhere in Google's JSON, an empty list is not written.
    return {
      ...(page.length > 0 && { webhooks: page.map(toResource) }),
      ...(more && { next_page_token: pageTokenAt(page.at(-1)?.place ?? place) })
    }
  })

  app.get<ById>(`${PATH}/:id`, async ({ params }) => toResource(registry.get(params.id)))

  // The query's update_mask has been seen to be ignored: the body's fields decide.
  app.patch<ById>(`${PATH}/:id`, async ({ params, body }) => {
    const { subscribed_events: subscribedEvents, ...settings } = parse(updateRequest, body)
    return toResource(registry.update(params.id, { ...settings, ...(subscribedEvents && { subscribedEvents }) }))
  })

  app.delete<ById>(`${PATH}/:id`, async ({ params }) => {
    registry.delete(params.id)
    return {}
  })

  app.post<ById>(`${PATH}/:id`, async ({ params, body = {}, method, url }) => {
    const [, id = '', verb] = /^(.*):(ping|rotateSigningSecret)$/.exec(params.id) ?? []
    if (verb === undefined) throw notFound(method, url)
    if (verb === 'ping') {
      parse(pingRequest, body)
      courier.ping(registry.get(id))
      return {}
    }
    const { revocation_behavior: behavior } = parse(rotateRequest, body)
    const { secrets } = registry.rotateSecret(id, behavior === 'revoke_previous_secrets_immediately')
    return { secret: secrets[0]?.text }
  })

  return app
}

/** A page of the web can have its own name lead to loopback; it is the browser that then speaks to us. */
function checkHost(hostname: string): void {
  if (!isLoopback(hostname)) {
    throw new ApiError(
      'PERMISSION_DENIED',
      'This stand-in is for this machine only. Call it by 127.0.0.1 or localhost.'
    )
  }
}

function checkKey(given: string | string[] | undefined, wanted: string | undefined): void {
  if (!given) {
    throw new ApiError('PERMISSION_DENIED', 'There is no API key. Give one in the header x-goog-api-key.')
  }
  if (wanted !== undefined && given !== wanted) {
    // The reason is what tells it from other invalid arguments: Google answers 400, not 401.
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com'
    }
    throw new ApiError('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [info])
  }
}

function notFound(method: string, url: string): ApiError {
  return new ApiError('NOT_FOUND', `There is no method ${method} ${url}. See https://ai.google.dev/api/webhooks.`)
}

function refuse(error: unknown, reply: FastifyReply): FastifyReply {
  const refusal = toApiError(error)
  return reply.code(refusal.code).send(refusal.body)
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  const message = error instanceof Error ? error.message : String(error)
  // What Fastify refuses: not JSON, too large, another content type, a path that cannot be decoded.
  const foreseen = error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500
  return new ApiError(foreseen ? 'INVALID_ARGUMENT' : 'INTERNAL', message)
}

function toResource({ id, name, uri, subscribedEvents, state, secrets, created, updated }: Registration): object {
  return {
    id,
    ...(name !== undefined && { name }),
    uri,
    subscribed_events: subscribedEvents,
    state,
    signing_secrets: secrets.map(({ text, expires }) => ({
      truncated_secret: `${text.slice(0, 'whsec_'.length + 4)}...`,
      ...(expires !== undefined && { expire_time: new Date(expires).toISOString() })
    })),
    create_time: new Date(created).toISOString(),
    update_time: new Date(updated).toISOString()
  }
}
