import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '../errors.ts'
import { type Answer, type Progress, refusalBody } from './answer.ts'

const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT'
const HEADERS_TOO_LARGE = 'HPE_HEADER_OVERFLOW'

/**
 * Answers what never became a request: bytes that are not HTTP, headers that are too large or too slow. The connection
 * closes, since nobody knows where its next request would begin.
 * @param progress of the latest request on this connection, if there was one
 * @see https://nodejs.org/api/http.html#event-clienterror
 */
export function refuseUnparsed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  progress: Progress | undefined,
  onAnswer: (answer: Answer) => void
): void {
  const slow =
    error.code === TIMEOUT ? new RequestError('ERR_SLOW', 'The request took longer than limits.receive.') : undefined
  const receiving = progress !== undefined && !progress.raw.complete
  if (slow && receiving && !progress.answered && progress.reception) {
    progress.reception.refuse(slow)
    return
  }
  // A response that is awaited or under way, be it to an earlier request, must not be overtaken by another.
  const { response, answered } = progress ?? {}
  const pending = receiving ? answered || response?.socket !== socket : response?.writableFinished === false
  if (error.code === 'ECONNRESET' || !socket.writable || pending) {
    socket.destroy()
    return
  }
  const statusCode = slow?.statusCode ?? (error.code === HEADERS_TOO_LARGE ? 431 : 400)
  onAnswer({ statusCode, seconds: 0, ...(slow && { refusal: slow }) })
  const body = JSON.stringify(slow ? refusalBody(slow) : unreadable(statusCode))
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy()
  )
}

/** Answers a request that expects what this server cannot do. @see https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1 */
export function refuseExpectation(response: ServerResponse, onAnswer: (answer: Answer) => void): void {
  const statusCode = 417
  onAnswer({ statusCode, seconds: 0 })
  const body = JSON.stringify(unreadable(statusCode))
  response.writeHead(statusCode, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close'
  })
  response.end(body)
}

function unreadable(statusCode: number) {
  return { statusCode, message: 'This is not a request that the bridge can read.' }
}
