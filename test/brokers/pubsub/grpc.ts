import { once } from 'node:events'
import { connect, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { buffer } from 'node:stream/consumers'

/** A server's whole answer. */
export interface Reply {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly trailers: IncomingHttpHeaders | undefined
}

/** A success with this message. */
export function replyOf(message: Uint8Array): Reply {
  // Not compressed, and its length.
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  const headers = { ':status': '200', 'content-type': 'application/grpc' }
  return { headers, body: Buffer.concat([prefix, message]), trailers: { 'grpc-status': '0' } }
}

/** What the server at `host:port` answers, unless the caller hangs up before; undefined when it has no answer. */
export async function ask(
  target: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  caller: ServerHttp2Stream
): Promise<Reply | undefined> {
  const session = connect(`http://${target}`).on('error', () => {})
  caller.once('close', () => session.destroy())
  const stream = session.request(headers)
  let head: IncomingHttpHeaders | undefined
  let trailers: IncomingHttpHeaders | undefined
  stream.once('response', received => {
    head = received
  })
  stream.once('trailers', received => {
    trailers = received
  })
  try {
    const [bytes] = await Promise.all([buffer(stream.end(body)), once(stream, 'close')])
    return head && { headers: head, body: bytes, trailers }
  } catch {
    return undefined
  }
}

/** Answers what the server has answered. */
export function pass(stream: ServerHttp2Stream, { headers, body, trailers }: Reply): void {
  stream.respond(headers, { endStream: trailers === undefined, waitForTrailers: trailers !== undefined })
  if (trailers === undefined) return
  stream.once('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(body)
}

/** Answers with a gRPC status alone. */
export function refuse(stream: ServerHttp2Stream, code: number, message: string): void {
  const status = { 'grpc-status': code, 'grpc-message': encodeURI(message) }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true })
}
