import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Header = readonly [name: string, value: string]

/** One response as its bytes say it, read by a parser of the tests' own. */
export interface Reply {
  readonly status: number
  /** By lower-case name; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A connection whose every byte the test decides. */
export interface Wire {
  readonly socket: Socket
  /** All bytes that came, as latin1. */
  readonly received: string
  write(...parts: (string | Uint8Array)[]): void
  /**
   * The next response that nobody has taken yet. Rejects when the connection closes before it is whole.
   * @param method of the request: a response to HEAD has no body, whatever it declares
   */
  reply(method?: string): Promise<Reply>
  /** Resolves when the connection has closed, by whichever side and for whatever reason. */
  readonly closed: Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Connects to `http://host:port…`; the rest of the address does not matter. */
export async function wire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true })
  let received = ''
  let taken = 0
  let look = Promise.withResolvers<void>()
  const changed = () => {
    look.resolve()
    look = Promise.withResolvers()
  }
  // A reset is one way of closing: what came before it counts.
  socket.on('error', () => {})
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    changed()
  })
  let ended = false
  socket.once('end', () => {
    ended = true
    changed()
    socket.end()
  })
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => {
      ended = true
      changed()
      resolve()
    })
  })
  await Promise.race([once(socket, 'connect'), closed])
  return {
    socket,
    closed,
    get received() {
      return received
    },
    write(...parts) {
      for (const part of parts) if (socket.writable) socket.write(part)
    },
    async reply(method) {
      for (;;) {
        const found = parse(received.slice(taken), method === 'HEAD', ended)
        if (found) {
          taken += found.length
          return found.reply
        }
        if (ended) throw new Error(`the connection closed before an answer: ${JSON.stringify(received.slice(taken))}`)
        await look.promise
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await closed
    }
  }
}

function parse(text: string, toHead: boolean, ended: boolean): { reply: Reply; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? []
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  const start = end + 4
  const bodyless = toHead || status.startsWith('1') || status === '204'
  const declared = headers['content-length']
  const length = bodyless ? 0 : declared === undefined ? (ended ? text.length - start : undefined) : Number(declared)
  if (length === undefined || text.length < start + length) return undefined
  return {
    reply: { status: Number(status), headers, body: text.slice(start, start + length) },
    length: start + length
  }
}

export interface Parts {
  readonly method?: string
  readonly target?: string
  readonly version?: '1.0' | '1.1'
  readonly headers?: readonly Header[]
  /** Sent with its content-length, unless `headers` have one or say chunked. */
  readonly body?: string | Uint8Array
}

/** The head of a request, up to the empty line, and nothing that is not asked for but `host` and `content-length`. */
export function head({ method = 'POST', target = '/hooks', version = '1.1', headers = [], body }: Parts): string {
  const has = (name: string) => headers.some(([key]) => key.toLowerCase() === name)
  const added: Header[] = []
  if (!has('host') && version === '1.1') added.push(['host', 'bridge.test'])
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    added.push(['content-length', String(Buffer.byteLength(body))])
  }
  const lines = [...added, ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`
}

/** The bytes of a whole request. */
export function bytesOf(parts: Parts): Buffer {
  return Buffer.concat([Buffer.from(head(parts), 'latin1'), Buffer.from(parts.body ?? '')])
}

/** One request on a connection of its own. */
export async function exchange(url: string, parts: Parts): Promise<Reply> {
  await using connection = await wire(url)
  connection.write(bytesOf(parts))
  return await connection.reply(parts.method)
}
