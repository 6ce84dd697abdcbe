import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'

/**
 * Runs one command on a connection of its own, by the protocol alone (RESP 2): it shares no code with the adapter's
 * client. Texts come back as their bytes.
 */
export async function command(port, password, ...words) {
  const socket = connect(port, '127.0.0.1')
  // By QUIT the server ends the connection, so that all that comes is the answers.
  for (const line of [['AUTH', password], words, ['QUIT']]) {
    socket.write(`*${line.length}\r\n${line.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`)
  }
  const next = reader(await buffer(socket))
  next()
  return next()
}

/** Gives one answer after the other. */
function reader(bytes) {
  let at = 0
  const next = () => {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) throw new Error('Redis has closed the connection')
    const [type, rest] = [String.fromCharCode(bytes[at]), bytes.toString('utf8', at + 1, end)]
    at = end + 2
    if (type === '-') throw new Error(rest)
    if (type === '*') return Array.from({ length: Number(rest) }, next)
    if (type !== '$') return rest
    const text = bytes.subarray(at, at + Number(rest))
    at += Number(rest) + 2
    return text
  }
  return next
}
