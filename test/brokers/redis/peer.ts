/**
 * Redis as a test sees it, by its protocol alone: it shares no code with the bridge and its client.
 *
 *     await command(url, 'CONFIG', 'SET', 'maxmemory', '1')
 *     await entries(url, 'geb:{')     // Map { 'geb:{…}:archive' => { value: '…', ttl: 59990 } }
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/ version 2
 */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export type Reply = string | number | null | readonly Reply[]

/** A key's value, and how long it will last, in milliseconds; negative without an end. */
export interface Entry {
  readonly value: string
  readonly ttl: number
}

const ANSWER_WITHIN_MS = 10_000

/** Runs one command on a connection of its own; fails with the error that the server answers. */
export async function command(url: string, ...words: readonly string[]): Promise<Reply> {
  const { hostname, port, username, password } = new URL(url)
  const login = password ? [['AUTH', ...(username ? [username] : []), password].map(decodeURIComponent)] : []
  // By QUIT the server ends the connection, so that all that comes is the answers.
  const commands = [...login, words, ['QUIT']]
  const socket = connect(Number(port || 6379), hostname)
  const timer = setTimeout(() => socket.destroy(new Error('Redis does not answer')), ANSWER_WITHIN_MS)
  try {
    socket.write(commands.map(encode).join(''))
    const next = decoder(await text(socket))
    if (login.length > 0) next()
    return next()
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** All keys that begin so. */
export async function entries(url: string, prefix: string): Promise<Map<string, Entry>> {
  const keys = (await command(url, 'KEYS', `${prefix.replace(/[[\]*?^\\-]/g, '\\$&')}*`)) as string[]
  const found = new Map<string, Entry>()
  for (const key of keys) {
    const [value, ttl] = [await command(url, 'GET', key), await command(url, 'PTTL', key)]
    if (value !== null) found.set(key, { value: String(value), ttl: Number(ttl) })
  }
  return found
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

/** Gives one answer after the other. For texts without a character beyond ASCII, whose length is that of their bytes. */
function decoder(answers: string): () => Reply {
  let at = 0
  const line = () => {
    const end = answers.indexOf('\r\n', at)
    if (end < 0) throw new Error('Redis has closed the connection')
    const found = answers.slice(at, end)
    at = end + 2
    return found
  }
  const next = (): Reply => {
    const [type, rest] = [answers[at], line().slice(1)]
    if (type === '+') return rest
    if (type === ':') return Number(rest)
    if (type === '-') throw new Error(rest)
    if (rest === '-1') return null
    if (type === '*') return Array.from({ length: Number(rest) }, next)
    if (type !== '$') throw new Error(`Redis answers ${type}${rest}`)
    const found = answers.slice(at, at + Number(rest))
    at += Number(rest) + 2
    return found
  }
  return next
}
