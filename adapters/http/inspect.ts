import type { Finding } from '../../src/adapter.ts'
import { attempt, ok, unknowable } from '../lane/finding.ts'
import { toFinding } from './error.ts'
import { knock } from './knock.ts'
import type { HttpOptions } from './options.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Connects, and asks nothing: any request could count as an event. */
export async function* inspect(options: HttpOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  const { url } = options
  const { fault } = await attempt(
    () => knock(url, signal),
    cause => toFinding(cause, url)
  )
  if (fault) return yield fault
  yield ok(
    'reachable',
    `${url} takes connections${url.startsWith('https:') ? ', and its certificate is trusted' : ''}.`
  )
  if (isReadable(options)) {
    const says = 'token, headers and query go over the network as they are. Use https, unless the network encrypts.'
    yield { about: 'authenticated', state: 'warning', says }
  }
  yield unknowable('permission', `Whether ${url} takes events, the first one shows. See it arrive.`)
  yield unknowable('durability', 'How safe an event is after the 2xx is up to what gives it. See its documentation.')
}

/** Whether others on the network could read a secret of the options. */
export function isReadable({ url, query, token, headers = {} }: HttpOptions): boolean {
  const { protocol, hostname } = new URL(url)
  const secret = query !== undefined || token !== undefined || Object.keys(headers).length > 0
  return secret && protocol === 'http:' && !LOOPBACK.test(hostname)
}
