const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What is wrong with the URL of a token endpoint, if anything is: the client's secret is sent there. */
export function tokenUrlFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'must be the https URL of the token endpoint'
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user name or password: they are clientId and clientSecret'
  if (url.hash !== '') return 'must not have a fragment (#)'
  if (url.protocol !== 'https:' && !isLoopbackHttp(url))
    return 'must be https (http only for a loopback host): the secret goes there'
  return undefined
}

/** Whether the URL is plain HTTP to this machine itself: such as a token service beside the bridge. */
export function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK.test(hostname)
}
