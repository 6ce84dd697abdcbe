import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What to send for a command; undefined for nothing. */
export type Answer = (words: readonly string[], socket: Socket) => string | undefined

/** A server that answers as it is told: by default as an empty Redis does. */
export interface FakeRedis {
  readonly url: string
  /** What clients sent, the client's own greeting excepted. */
  readonly commands: readonly (readonly string[])[]
  /** How many connections have been accepted. */
  readonly accepted: number
  /** How many are open. */
  readonly open: number
  answer: Answer
  /** Sends this to every client, unasked. */
  send(bytes: string): void
}

/** An empty Redis that forgets what it is given. */
export const healthy: Answer = ([name, ...words]) => {
  return name === 'MGET' ? `*${words.length}\r\n${'$-1\r\n'.repeat(words.length)}` : '+OK\r\n'
}

/** Starts one for this test. Whoever needs TLS gives the server that does it. */
export async function startFakeRedis(
  answer: Answer = healthy,
  { port = 0, create = createServer }: { port?: number; create?: (onSocket: (socket: Socket) => void) => Server } = {}
): Promise<FakeRedis> {
  const sockets = new Set<Socket>()
  const commands: string[][] = []
  let accepted = 0
  const server = create(socket => {
    accepted += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const read = reader(words => {
      if (words[0] !== 'CLIENT') commands.push(words)
      const bytes = fake.answer(words, socket)
      if (bytes !== undefined) socket.write(bytes)
    })
    socket.setEncoding('latin1').on('data', read)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  const fake: FakeRedis = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    },
    answer,
    send(bytes) {
      for (const socket of sockets) socket.write(bytes)
    }
  }
  return fake
}

/** Calls back with every command in what it is given, piece by piece. */
function reader(onCommand: (words: string[]) => void): (text: string) => void {
  let rest = ''
  return text => {
    rest += text
    for (;;) {
      const head = /^\*(\d+)\r\n/.exec(rest)
      if (!head) return
      const words: string[] = []
      let at = head[0].length
      while (words.length < Number(head[1])) {
        const length = /^\$(\d+)\r\n/.exec(rest.slice(at, at + 20))
        if (!length) return
        const from = at + length[0].length
        at = from + Number(length[1]) + 2
        if (rest.length < at) return
        words.push(rest.slice(from, at - 2))
      }
      rest = rest.slice(at)
      onCommand(words)
    }
  }
}
