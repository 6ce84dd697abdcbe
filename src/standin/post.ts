import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'

/**
 * One POST, with exactly these headers beside `host` and `connection` (fetch would add five of its own), over connections
 * that are kept alive. Never follows a redirect.
 * @throws {Error} with a `code`, if no answer comes: connection refused, `signal` aborted, a header that cannot be sent
 */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal
): Promise<{ readonly status: number; readonly body: string }> {
  const { request } = url.protocol === 'https:' ? https : http
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const length = String(Buffer.byteLength(body))
    request(url, { method: 'POST', headers: { 'content-length': length, ...headers }, signal }, resolve)
      .on('error', reject)
      .end(body)
  })
  // An answer that breaks off, perhaps because it came before the body had been read, is still an answer.
  return { status: response.statusCode ?? 0, body: await text(response).catch(() => '') }
}
