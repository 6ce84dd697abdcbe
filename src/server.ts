import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Limits } from './config/config.ts'
import { RefusalError, RequestError, UnavailableError } from './errors.ts'
import { readTraceContext } from './normalize/trace-context.ts'
import type { Endpoint, Receipt, Webhook } from './receive.ts'
import { type Answer, answer, startProgress } from './server/answer.ts'
import { createArrivals } from './server/arrivals.ts'
import { refuseExpectation, refuseUnparsed } from './server/client-error.ts'
import { limitConnections } from './server/connections.ts'
import { createDiscard } from './server/discard.ts'
import { addHealth, HEALTH_PATHS, type Health } from './server/health.ts'
import { noSchemas } from './server/no-schemas.ts'
import { limitPipelining } from './server/pipelining.ts'
import { precheck, splitUrl } from './server/precheck.ts'
import { queueRequests } from './server/queue.ts'
import { ConnectionClosed, type Receiving } from './server/receiving.ts'
import { shown } from './server/shown.ts'

/** What the server asks of the rest of the bridge. */
export interface ServerContext {
  readonly endpoints: readonly Endpoint[]
  readonly limits: Limits
  readonly health: Health
  readonly receiving: Receiving
  /** Throws `ERR_BUSY` or `ERR_DRAINING` if a body of this many bytes would be refused once verified. */
  checkRoom(bytes: number): void
  /** Verify, normalize, deliver; see `receive.ts`. */
  receive(
    webhook: Webhook,
    endpoint: Endpoint,
    receipt: Receipt,
    onVerified: () => void,
    signal: AbortSignal
  ): Promise<void>
  /** Told once of every answer. */
  onAnswer(answer: Answer): void
  /** Told of what should not have happened: a fault of the bridge itself. */
  onFault(error: unknown): void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
  }
}

const MAX_HEADER_BYTES = 16 * 1024
/** How often Node looks for requests that took longer than `limits.receive`: the most by which they may overrun. */
const TIMEOUT_CHECK_MS = 250
/** What a connection may have waiting before it is read no further, beside the piece that Node reads at once. */
const HIGH_WATER_BYTES = 16 * 1024
/** The answer itself has to arrive inside `limits.acknowledge`, so the work ends a little earlier. */
const WORK_SHARE = 0.98

/**
 * Builds the public server, endpoints and health. It does not listen yet.
 * @returns `closeOthers` closes the connections that no answer is owed to
 */
export function createServer(context: ServerContext): { app: FastifyInstance; closeOthers: () => void } {
  const { endpoints, health, limits, receiving } = context
  const discard = createDiscard()
  const answering = { retryAfter: limits.retryAfter, onAnswer: context.onAnswer, discard }
  const arrivals = createArrivals()

  const options = {
    keepAliveTimeout: limits.keepAlive,
    headersTimeout: limits.receive,
    requestTimeout: limits.receive,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    highWaterMark: HIGH_WATER_BYTES
  }
  const app = fastify({
    schemaController: noSchemas,
    return503OnClosing: false,
    serverFactory: handle => createHttpServer(options, limitPipelining(arrivals.note(queueRequests(handle)))),
    clientErrorHandler: (error, socket) =>
      refuseUnparsed(error, socket as Socket, arrivals.latestOn(socket as Socket), context.onAnswer),
    frameworkErrors: (_error, request, reply) => {
      startAnswering(request, reply as FastifyReply)
      answer(request, reply as FastifyReply, answering, notFound(request.raw))
    }
  })
  const connections = limitConnections(app.server, limits.connections)
  // A sender that asks first (`Expect: 100-continue`) hears of a refusal before it sends the body.
  const asking = new WeakSet<IncomingMessage>()
  app.server.on('checkContinue', (request, response) => {
    asking.add(request)
    app.server.emit('request', request, response)
  })
  app.server.on('checkExpectation', (_request, response) => refuseExpectation(response, context.onAnswer))

  // Bytes are verified as they came, whatever they are said to be: no content type is parsed, and none is refused.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.decorateRequest('progress')

  const startAnswering = (request: FastifyRequest, reply: FastifyReply) => {
    request.progress = arrivals.of(request.raw) ?? startProgress(request.raw, reply.raw)
    return request.progress
  }
  const admit = (request: FastifyRequest, reply: FastifyReply) => {
    const { raw } = request
    const progress = startAnswering(request, reply)
    const { path, query } = splitUrl(raw)
    // The router decodes; a path that only then is an endpoint's is another path.
    if (request.routeOptions.url !== path) {
      const allowed = methods.get(path)
      if (allowed === undefined) throw notFound(raw)
      reply.header('allow', allowed)
      throw new RequestError('ERR_METHOD', `${raw.method} is not a method of this path; it takes ${allowed}.`)
    }
    const { endpoint } = request.routeOptions.config
    if (endpoint === undefined) return discard(raw)
    progress.endpoint = endpoint
    // No type is refused. Not by `delete`, after which an object is slow.
    raw.headers['content-type'] = undefined
    progress.admitted = precheck(raw, query, endpoint, { body: limits.body, checkRoom: context.checkRoom })
    progress.reception = receiving.enter(raw)
  }
  app.addHook('onRequest', (request, reply, done) => {
    try {
      admit(request, reply)
      done()
    } catch (error) {
      done(error as Error)
    }
  })

  const handle = async (request: FastifyRequest, reply: FastifyReply, endpoint: Endpoint) => {
    const { raw, progress } = request
    const { admitted, reception, receipt } = progress
    if (admitted === undefined || reception === undefined)
      throw new Error('a request reached its handler without having been admitted')
    // What was here whole has waited for its turn since.
    const waited = raw.complete ? performance.now() - progress.start : 0
    const deadline = new AbortController()
    let timer: NodeJS.Timeout | undefined
    try {
      if (asking.has(raw)) reply.raw.writeContinue()
      const body = await reception.body(limits.body)
      timer = setTimeout(() => deadline.abort(), limits.acknowledge * WORK_SHARE - waited)
      const webhook: Webhook = { ...admitted, body, receivedAt: Date.now(), trace: readTraceContext(raw.headers) }
      progress.webhook = webhook
      const onVerified = () => {
        reception.leave()
        reply.raw.on('close', connections.hold(raw.socket))
      }
      await context.receive(webhook, endpoint, receipt, onVerified, deadline.signal)
      // Not returned: it is a promise of its own, and this one would wait for it.
      answer(request, reply, answering)
    } finally {
      clearTimeout(timer)
      reception.drop()
    }
  }

  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (health.draining()) reply.header('connection', 'close')
    done()
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ConnectionClosed) {
      reply.hijack()
      reply.raw.destroy()
      return
    }
    // A request that was cut off while it arrived: its rest is not worth waiting for.
    const { raw, reception } = request.progress
    if (!(error instanceof RefusalError)) context.onFault(error)
    const refusal = error instanceof RefusalError ? error : unexpected(error)
    if (reception && !raw.complete && refusal.code !== 'ERR_TOO_LARGE') reply.header('connection', 'close')
    return answer(request, reply, answering, refusal)
  })

  for (const endpoint of endpoints) {
    app.post(endpoint.path, { config: { endpoint } }, (request, reply) => handle(request, reply, endpoint))
  }
  const methods = new Map(endpoints.map(({ path }) => [path, 'POST']))
  addHealth(app, health)
  for (const path of HEALTH_PATHS) methods.set(path, 'GET, HEAD')

  const isOwed = (socket: Socket) => {
    const progress = arrivals.latestOn(socket)
    return progress?.raw.complete === true && !progress.answered
  }
  return { app, closeOthers: () => connections.closeOthers(isOwed) }
}

function notFound(request: IncomingMessage): RequestError {
  return new RequestError('ERR_NOT_FOUND', `No endpoint has the path ${shown(splitUrl(request).path)}.`)
}

/** A fault of the bridge's own: the event may be fine, so Gemini is asked to deliver it again. */
function unexpected(error: unknown): UnavailableError {
  return new UnavailableError(
    `The bridge failed unexpectedly (${String(error)}). Report it, with the stack in the log.`,
    { cause: error }
  )
}
