/**
 * A front before a Pub/Sub server, as Google has: it reads each call, and answers as no server for tests can.
 *
 *     const front = await openFront(server.at)            // clients connect to `front.at`
 *     front.answer({ code: 8 })                           // RESOURCE_EXHAUSTED, to every call
 *     front.answer({ code: 14, forward: true }, { times: 1 })     // the server has it, and the client learns otherwise
 *     front.answer({ delay: Infinity }, { when: ({ messages }) => messages.length > 1 })
 *     front.pass()                                        // the server answers again
 *     front.requests                                      // what came, so that batches are seen
 *     await front.close()                                 // in `afterAll`
 *
 * Unary calls without TLS, as publishing to an emulator is; connections are the matter of `../proxy.ts`.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { protos } from '@google-cloud/pubsub'
import { ask, pass, refuse, replyOf } from './grpc.ts'
import type { Message } from './peer.ts'

export interface PubsubRequest {
  /** `/google.pubsub.v1.Publisher/Publish` */
  readonly path: string
  /** With the gRPC metadata. */
  readonly headers: IncomingHttpHeaders
  /** Those to be published, none in other calls. */
  readonly messages: readonly Message[]
}

/** What becomes of a call. */
export interface Answer {
  /** The gRPC status, such as 7 (PERMISSION_DENIED); without it, the server's own answer. */
  readonly code?: number
  readonly message?: string
  /** A message in Protocol Buffers, in place of the server's own answer. */
  readonly body?: Uint8Array
  /** Whether the server gets the call, too, when there is a code. False unless told. */
  readonly forward?: boolean
  /** Milliseconds before anything happens; Infinity is never. */
  readonly delay?: number
}

/** Which calls an answer is for: all unless told. */
export interface Which {
  /** The next so many. */
  readonly times?: number
  readonly when?: (request: PubsubRequest) => boolean
}

export interface PubsubFront {
  /** `127.0.0.1:41234` */
  readonly at: string
  /** All calls that have come, in their order, whatever became of them. */
  readonly requests: readonly PubsubRequest[]
  /** From now on, in place of what was told before. */
  answer(answer: Answer, which?: Which): void
  /** Everything is for the server again; who waits for ever goes on waiting. */
  pass(): void
  /** Closes all connections and ends the front. */
  close(): Promise<void>
}

const UNAVAILABLE = 14
/** Before each message there are a byte that says whether it is compressed, and its length in four bytes. */
const PREFIX_BYTES = 5

/** Opens a front that passes everything to the server at `host:port`. */
export async function openFront(target: string): Promise<PubsubFront> {
  const requests: PubsubRequest[] = []
  const sessions = new Set<ServerHttp2Session>()
  let rule: { readonly answer: Answer; left: number; readonly when: (request: PubsubRequest) => boolean } | undefined

  function answerTo(request: PubsubRequest): Answer {
    if (rule === undefined || rule.left === 0 || !rule.when(request)) return {}
    rule.left -= 1
    return rule.answer
  }

  async function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const body = await buffer(stream)
    const request = read(headers, body)
    requests.push(request)
    const { body: own, ...answer } = answerTo(request)
    const { code, message = `the front says ${code}`, forward = code === undefined && !own, delay = 0 } = answer
    if (delay === Infinity) return
    if (delay > 0) await sleep(delay)
    if (stream.closed) return
    const reply = forward ? await ask(target, headers, body, stream) : undefined
    if (stream.closed) return
    if (code !== undefined) refuse(stream, code, message)
    else if (own) pass(stream, replyOf(own))
    else if (reply === undefined) refuse(stream, UNAVAILABLE, `${target} has not answered`)
    else pass(stream, reply)
  }

  const server = createServer()
  server.on('session', session => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    // Who hangs up gets no answer.
    stream.on('error', () => {})
    serve(stream, headers).catch(() => stream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    at: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(answer, { times = Infinity, when = () => true } = {}) {
      rule = { answer, left: times, when }
    },
    pass() {
      rule = undefined
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const session of sessions) session.destroy()
      await closed
    }
  }
}

function read(headers: IncomingHttpHeaders, body: Buffer): PubsubRequest {
  const path = headers[':path'] ?? ''
  const { PublishRequest } = protos.google.pubsub.v1
  const messages = path.endsWith('/Publish') ? PublishRequest.decode(body.subarray(PREFIX_BYTES)).messages : []
  return {
    path,
    headers,
    messages: messages.map(({ data, attributes, orderingKey }) => ({
      data: Buffer.from(data ?? ''),
      attributes: attributes ?? {},
      orderingKey: orderingKey ?? ''
    }))
  }
}
