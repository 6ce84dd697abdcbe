/** Why Redis cannot be used, in words of ours. */
export class Reason extends Error {}

/** The first word of an error reply. @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const REPLIES = [
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'WRONGPASS'
]
/** Error replies of the kind `ERR` that tell an operator what to do. */
const SENTENCES = [
  'ERR max number of clients reached',
  'ERR invalid password',
  'ERR DB index is out of range',
  'ERR AUTH <password> called without any password configured',
  'ERR Client sent AUTH, but no password is set',
  "ERR unknown command 'AUTH'"
]

/**
 * Why it failed, for the log. Nothing that the server said is passed on but what it is known to say: an error reply may
 * quote the command, and so the password.
 */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  if (cause instanceof Reason) return cause.message
  if (isErrorReply(cause)) {
    const code = REPLIES.find(code => cause.message.startsWith(`${code} `))
    return code ?? SENTENCES.find(sentence => cause.message.startsWith(sentence)) ?? 'an error reply'
  }
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  // The client's own errors have names, say SocketClosedUnexpectedlyError; its decoder throws plain ones.
  const { name } = cause.constructor
  return /^(Type|Range)?Error$/.test(name) ? 'an answer that is none of Redis' : name
}

/** Whether Redis has answered, with an error. */
export function isErrorReply(cause: unknown): boolean {
  // By its name: the class is in a module that is loaded only where Redis is used.
  return cause instanceof Error && cause.constructor.name === 'SimpleError'
}

/** Whether a replica has refused to be written to. */
export function isReadOnly(cause: unknown): boolean {
  return isErrorReply(cause) && reasonOf(cause) === 'READONLY'
}
