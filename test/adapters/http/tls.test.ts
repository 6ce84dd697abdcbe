import { expect, onTestFinished, test, vi } from 'vitest'
import { openClient } from '../../../adapters/http/client.ts'
import { toFault } from '../../../adapters/http/error.ts'
import { options } from '../../../adapters/http/options.ts'
import { toRequest } from '../../../adapters/http/request.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { certificate } from './certificate.ts'
import { connectHttp } from './connect.ts'
import { openReceiver } from './receiver.ts'

async function open(secure: boolean) {
  const receiver = await openReceiver(secure ? certificate : undefined)
  onTestFinished(() => receiver.close())
  return receiver
}

/** What a connection at its beginning, and what a request says. */
async function refusalsAt(url: string): Promise<Error[]> {
  const parsed = options.parse({ url })
  const client = openClient(parsed)
  onTestFinished(() => client.close())
  const atFirst = await connectHttp({ url }).catch((error: unknown) => error)
  const request = toRequest(sampleEvent(), parsed)
  const later = await client.post(request, AbortSignal.timeout(3000)).catch(cause => toFault(cause, url).error)
  return [atFirst, later].filter(error => error instanceof UnavailableError)
}

test.each(['', '0'])(
  'a certificate that nobody vouches for is not trusted, NODE_TLS_REJECT_UNAUTHORIZED=%j',
  async value => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const receiver = await open(true)
    const refusals = await refusalsAt(receiver.url)
    expect(refusals).toHaveLength(2)
    for (const { message } of refusals) {
      expect(message).toMatch(/is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS/)
    }
    expect(receiver.requests).toEqual([])
  }
)

test('https where none is spoken', async () => {
  const { port } = await open(false)
  const refusals = await refusalsAt(`https://127.0.0.1:${port}/events`)
  expect(refusals).toHaveLength(2)
  for (const { message } of refusals) expect(message).toMatch(/does not speak the bridge's TLS \(\w+\)\. Check url/)
})

test('http where only https is spoken', async () => {
  const { port } = await open(true)
  const [refusal] = await refusalsAt(`http://127.0.0.1:${port}/events`)
  expect(refusal?.message).toMatch(/closed the connection instead of answering \(ECONNRESET\)/)
})
