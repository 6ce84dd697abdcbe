import type { Finding } from '../../adapter.ts'
import { createRedis, PROOF } from '../../deliver/redis/connection.ts'
import { Reason, reasonOf } from '../../deliver/redis/reason.ts'
import { marksLast, type Settings } from './redis-settings.ts'

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 3000
/** What of Redis's answers says that it does not know the bridge. */
const CREDENTIALS = /^(NOAUTH|WRONGPASS|ERR (invalid password|AUTH <password>|Client sent AUTH|unknown command 'AUTH'))/

type Command = (...words: readonly string[]) => Promise<unknown>

/** Looks at a Redis: whether marks can be read and written there, and how long they last. Writes none. */
export async function* inspectRedis(url: string, signal: AbortSignal): AsyncGenerator<Finding> {
  const { createClient } = await import('@redis/client')
  const ending = new AbortController()
  const client = createRedis(createClient, url, ending.signal)
  const end = () => {
    ending.abort(new Reason('nobody waits for it'))
    client.destroy()
  }
  // What it has to say, the commands say too.
  client.on('error', () => {})
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const command: Command = (...words) => inTime(client.sendCommand(words), ending.signal)
  try {
    const fault = await inTime(client.connect(), ending.signal)
      .then(() => command('MGET', PROOF))
      .then(() => undefined, toFault)
    if (fault?.about !== 'reachable') yield { about: 'reachable', state: 'ok', says: 'Redis answers.' }
    if (fault) return yield fault
    yield { about: 'authenticated', state: 'ok', says: 'Redis takes the connection as it is configured.' }
    const settings = await settingsOf(command)
    if (settings.get('role') === 'slave' && settings.get('slave_read_only') !== '0') {
      const says = 'This Redis is a replica, and takes no marks. Let dedupe.url lead to the primary.'
      return yield { about: 'permission', state: 'fault', says }
    }
    yield await mayWrite(command)
    yield* marksLast(settings)
  } catch (cause) {
    yield toFault(cause)
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

function toFault(cause: unknown): Finding {
  const reason = reasonOf(cause)
  const fault = (about: Finding['about'], says: string): Finding => ({ about, state: 'fault', says })
  if (CREDENTIALS.test(reason)) {
    return fault('authenticated', `Redis refuses the bridge (${reason}). Correct user and password in dedupe.url.`)
  }
  if (reason === 'NOPERM') return fault('permission', `The bridge may not read marks (${reason}). ${GRANT}`)
  if (reason.startsWith('ERR DB index')) return fault('exists', `${reason}. Correct the database in dedupe.url.`)
  return fault('reachable', `Redis cannot be used (${reason}). Check dedupe.url, the network, and whether it runs.`)
}

const GRANT = 'Grant its user +mget and +set on the keys geb:*.'

/** What Redis would say to a mark. Only version 7 and later can be asked, by a user who may. */
async function mayWrite(command: Command): Promise<Finding> {
  try {
    const user = String(await command('ACL', 'WHOAMI'))
    const answer = await command('ACL', 'DRYRUN', user, 'SET', PROOF, '', 'PX', '1000')
    if (answer === 'OK') return { about: 'permission', state: 'ok', says: 'Marks may be read and written.' }
    return { about: 'permission', state: 'fault', says: `The bridge may not write marks. ${GRANT}` }
  } catch (cause) {
    if (cause instanceof Reason) throw cause
    const says = `Whether marks may be written is not knowable with these permissions (${reasonOf(cause)}). ${GRANT}`
    return { about: 'permission', state: 'unknown', says }
  }
}

/** By the names that INFO and CONFIG have for them; those that may be seen. */
async function settingsOf(command: Command): Promise<Settings> {
  const unless = (cause: unknown) => {
    // What is refused cannot be seen; silence is a fault.
    if (cause instanceof Reason) throw cause
  }
  const info = (await command('INFO').catch(unless)) ?? ''
  const save = await command('CONFIG', 'GET', 'save').catch(unless)
  const lines = String(info).matchAll(/^(\w+):(.*?)\r?$/gm)
  const settings = new Map(Array.from(lines, ([, name = '', value = '']) => [name, value]))
  if (Array.isArray(save) && save.length === 2) settings.set('save', String(save[1]))
  return settings
}

/** A client that is destroyed while it connects says nothing of that. */
async function inTime<T>(answer: Promise<T>, ended: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const end = () => reject(ended.reason)
  const timer = setTimeout(() => reject(new Reason(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS)
  ended.addEventListener('abort', end)
  if (ended.aborted) end()
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
    ended.removeEventListener('abort', end)
  }
}
