import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { freePort } from '../../spawn.ts'
import { watchLoading } from '../loaded.ts'
import { byEnvironment, byFile } from '../serve-configuration.ts'
import { expectDiscreet, serveOnce } from '../serve-once.ts'
import { attributesOf, DATA, expectStructured } from '../served-webhook.ts'
import { CERTIFICATE_FILE, certificate } from './certificate.ts'
import { parse } from './parse.ts'
import { openReceiver, type Received } from './receiver.ts'

const SECRETS = { token: 'a-token-nobody-may-see', query: 'code=a-code-nobody-may-see' }

function expectEvent(received: Received | undefined, id: string): void {
  if (received === undefined) throw new Error('nothing came')
  expect(received).toMatchObject({ method: 'POST', headers: { authorization: `Bearer ${SECRETS.token}` } })
  expect(received.target).toBe(`/events?${SECRETS.query}`)
  const { data, ...attributes } = parse(received)
  expect(attributes).toEqual(attributesOf(id))
  if (received.headers['content-type'] === 'application/json') expect(String(data)).toBe(DATA)
  else expectStructured(received.body.toString(), id)
}

async function open(tls?: typeof certificate) {
  const receiver = await openReceiver(tls)
  const folder = temporaryFolder('serve-http-')
  onTestFinished(async () => {
    await receiver.close()
    await folder.remove()
  })
  return { receiver, directory: folder.path }
}

const secrets = Object.values(SECRETS)

test('by environment variables alone, over TLS, past every proxy', async () => {
  const { receiver, directory } = await open(certificate)
  const proxy = `http://127.0.0.1:${await freePort()}`
  const proxies = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, HTTPS_PROXY: proxy }
  const loaded = watchLoading(directory)
  const env = { ...byEnvironment('http', { url: receiver.url, ...SECRETS }), ...proxies, ...loaded.env }
  const served = await serveOnce(directory, { ...env, NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE })
  expect(receiver.requests).toHaveLength(1)
  expectEvent(receiver.requests[0], served.id)
  expectDiscreet(served, secrets)
  expect(loaded.clients()).toEqual([])
})

test('by a file, in both content modes', async () => {
  const { receiver, directory } = await open()
  const headers = { 'x-api-key': 'a-key-nobody-may-see' }
  const destinations = ['binary', 'structured'].map(contentMode => ({
    url: receiver.url,
    ...SECRETS,
    headers,
    contentMode
  }))
  const served = await serveOnce(directory, byFile(directory, 'http', destinations))
  expect(receiver.requests.map(({ headers }) => headers['content-type']).sort()).toEqual([
    'application/cloudevents+json; charset=utf-8',
    'application/json'
  ])
  for (const received of receiver.requests) {
    expectEvent(received, served.id)
    expect(received.headers).toMatchObject(headers)
  }
  expectDiscreet(served, [...secrets, headers['x-api-key']])
})
