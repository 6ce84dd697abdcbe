import { connect } from 'node:net'

export type Connection = ReturnType<typeof openConnection>

/** A connection that carries one request at a time, as text, and sees no more of an answer than it must. */
export function openConnection(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received = ''
  let pending: PromiseWithResolvers<number> | undefined
  const fail = (cause: Error) => pending?.reject(cause)
  socket.setEncoding('latin1')
  socket.on('data', text => {
    received += text
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/^content-length: (\d+)/im.exec(received.slice(0, end))?.[1] ?? 0)
    if (received.length < end + 4 + length) return
    const status = Number(received.slice('HTTP/1.1 '.length, 'HTTP/1.1 204'.length))
    received = ''
    pending?.resolve(status)
  })
  socket.on('error', fail).on('close', () => fail(new Error('the server closed a connection')))
  return {
    /** The answer's status. */
    ask(request: string): Promise<number> {
      pending = Promise.withResolvers<number>()
      socket.write(request, 'latin1')
      return pending.promise
    },
    close: () => socket.destroy()
  }
}
