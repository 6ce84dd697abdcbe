import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterAll, describe, expect, it } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { send } from '../../src/cli/send.ts'
import type { SendOptions } from '../../src/cli/send-input.ts'
import { ConfigError } from '../../src/errors.ts'
import { type Delivery, openReceiver, refuse } from '../standin/receiver.ts'

const secret = `whsec_${randomBytes(24).toString('base64')}`
const { privateKey } = generateKeyPairSync('ed25519')
const directory = mkdtempSync(join(tmpdir(), 'bridge-send-'))
afterAll(() => rmSync(directory, { recursive: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(directory, name), text)
  return name
}
const pem = write('key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
const jwk = write('key.json', JSON.stringify(privateKey.export({ format: 'jwk' })))

async function run(
  options: Partial<SendOptions>,
  env: Record<string, string> = {},
  stop = new AbortController().signal
) {
  const printed = { stdout: '', stderr: '' }
  const into = (name: keyof typeof printed) =>
    new Writable({
      write(chunk, _encoding, done) {
        printed[name] += chunk
        done()
      }
    })
  const stderr = Object.assign(into('stderr'), { fd: 2, isTTY: false })
  const io: Io = {
    env,
    directory,
    version: '0',
    command: 'bridge',
    stdout: into('stdout'),
    stderr,
    stop,
    onHangup() {},
    onWarning() {}
  }
  const defaults = { url: 'http://127.0.0.1:1/', type: 'batch.succeeded', metadata: [], count: 1, concurrency: 1 }
  const result: { code?: number; error?: unknown; printed: typeof printed } = { printed }
  try {
    result.code = await send({ ...defaults, scheme: 'static', ...options }, io)
  } catch (error) {
    result.error = error
  }
  return result
}

const open = (status = 204) => openReceiver(response => response.writeHead(status).end())
const headersOf = ({ headers }: Delivery) => headers as Record<string, string>

describe('send', () => {
  it('sends one signed sample and prints what became of it', async () => {
    const { url, deliveries } = await open()
    const { code, printed } = await run({ url, secret })
    expect(code).toBe(0)
    expect(printed.stdout).toMatch(/^msg_[\da-f-]{36} 204 - \d+\.\dms\n$/)
    expect(printed.stderr).toBe('')
    const [delivery = expect.fail()] = deliveries
    expect(new StandardWebhook(secret).verify(delivery.body, headersOf(delivery))).toMatchObject({
      type: 'batch.succeeded',
      version: 'v1',
      data: { id: expect.stringMatching(/^batches\//) }
    })
  })

  it('signs with the first secret of GEMINI_WEBHOOK_SECRET', async () => {
    const { url, deliveries } = await open()
    await run({ url }, { GEMINI_WEBHOOK_SECRET: ` ${secret}\nwhsec_b2xk ` })
    const [delivery = expect.fail()] = deliveries
    expect(() => new StandardWebhook(secret).verify(delivery.body, headersOf(delivery))).not.toThrow()
  })

  it.each([pem, jwk])('signs as a dynamic webhook with %s', async key => {
    const { url, deliveries } = await open()
    expect((await run({ url, scheme: 'dynamic', key }, { GEMINI_WEBHOOK_SECRET: secret })).code).toBe(0)
    const [delivery = expect.fail()] = deliveries
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': header } = headersOf(delivery)
    const signature = Buffer.from(header?.replace(/^v1a,/, '') ?? '', 'base64')
    const signed = Buffer.from(`${id}.${timestamp}.${delivery.body}`)
    expect(verify(null, signed, createPublicKey(privateKey), signature)).toBe(true)
  })

  it('sends the given data, digit for digit, with type, id and metadata', async () => {
    const { url, deliveries } = await open()
    const data = write('data.json', '{"id": 12345678901234567890, "share": 1.0}')
    const { printed } = await run({ url, secret, data, type: 'ping', id: 'msg_x', metadata: ['tenant=acme', 'q=a=b'] })
    expect(printed.stdout).toMatch(/^msg_x 204/)
    expect(deliveries[0]?.headers['webhook-id']).toBe('msg_x')
    expect(deliveries[0]?.body).toMatch(/"data":\{"id":12345678901234567890,"share":1\.0\}/)
    expect(JSON.parse(deliveries[0]?.body ?? '')).toMatchObject({
      type: 'ping',
      user_metadata: { tenant: 'acme', q: 'a=b' }
    })
  })

  it('sends many, so many at once and no more, each with an id and a job of its own, and sums up', async () => {
    let [now, most] = [0, 0]
    const { url, deliveries } = await openReceiver(response => {
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        response.writeHead(204).end()
      }, 5)
    })
    const { code, printed } = await run({ url, secret, count: 30, concurrency: 5 })
    expect(code).toBe(0)
    expect(most).toBe(5)
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(30)
    expect(new Set(deliveries.map(({ body }) => JSON.parse(body).data.id)).size).toBe(30)
    const lines = printed.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(31)
    expect(lines.at(-1)).toMatch(/^30 of 30 acknowledged, p50 \d+\.\dms, p99 \d+\.\dms$/)
  })

  it('sends duplicates when the id is given', async () => {
    const { url, deliveries } = await open()
    await run({ url, secret, count: 3, id: 'msg_x' })
    expect(deliveries.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_x', 'msg_x', 'msg_x'])
  })

  it('exits with 1 if one of many was refused', async () => {
    const { url } = await openReceiver((response, count) =>
      count === 2 ? refuse(response, 401, 'ERR_SIGNATURE') : response.writeHead(204).end()
    )
    const { code, printed } = await run({ url, secret, count: 3 })
    expect(code).toBe(1)
    expect(printed.stdout).toMatch(/ 401 ERR_SIGNATURE /)
    expect(printed.stdout).toMatch(/2 of 3 acknowledged/)
  })

  it('redelivers on --retry, each attempt a line', async () => {
    const { url } = await openReceiver((response, count) =>
      count === 1 ? refuse(response, 503, 'ERR_BUSY') : response.writeHead(204).end()
    )
    const { code, printed } = await run({ url, secret, retry: true })
    expect(code).toBe(0)
    expect(printed.stdout).toMatch(/^(msg_\S+) 503 ERR_BUSY \S+\n\1 204 - \S+\n$/)
  })

  it('says on standard error where nobody answers, without the token', async () => {
    const { code, printed } = await run({ url: 'http://127.0.0.1:1/jobs?token=topsecret', secret, count: 2 })
    expect(code).toBe(1)
    expect(printed.stdout).toMatch(/^msg_\S+ - ECONNREFUSED /)
    expect(printed.stderr).toMatch(/^No answer from http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\.[^\n]*\n$/)
  })

  it('stops when told to', async () => {
    const stop = new AbortController()
    const { url } = await openReceiver((response, count) => {
      if (count === 2) stop.abort('SIGINT')
      else response.writeHead(204).end()
    })
    const { code, printed } = await run({ url, secret, count: 100 }, {}, stop.signal)
    expect(code).toBe(1)
    expect(printed.stdout).toMatch(/1 of 100 acknowledged/)
  })

  const shortened = secret.slice(0, 12)
  const faults: [string, Partial<SendOptions>, string, RegExp][] = [
    ['no secret', {}, '--secret', /GEMINI_WEBHOOK_SECRET/],
    ['an empty secret', { secret: ' ' }, '--secret', /no signing secret/],
    ['a secret with its version', { secret: `v1,${secret}` }, '--secret', /v1,/],
    ['a cut-off secret', { secret: shortened }, '--secret', /whole base64|bytes/],
    ['a key with a static webhook', { secret, key: pem }, '--secret', /--scheme dynamic/],
    ['a secret with a dynamic webhook', { secret, key: pem, scheme: 'dynamic' }, '--key', /--scheme static/],
    ['no key', { scheme: 'dynamic' }, '--key', /no private key/],
    ['a key file that is not there', { scheme: 'dynamic', key: 'none.pem' }, '--key', /none\.pem .*ENOENT/],
    ['a key file without a key', { scheme: 'dynamic', key: write('no.pem', secret) }, '--key', /no Ed25519 private/],
    [
      'a key of another kind',
      {
        scheme: 'dynamic',
        key: write(
          'ec.json',
          JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))
        )
      },
      '--key',
      /no Ed25519 private/
    ],
    ['data that is not there', { secret, data: 'none.json' }, '--data', /none\.json .*ENOENT/],
    ['data that is not JSON', { secret, data: write('no.json', '{') }, '--data', /no\.json is not JSON/],
    ['metadata without a value', { secret, metadata: ['tenant'] }, '--metadata', /"tenant" is not key=value/],
    ['what is no URL', { secret, url: 'token=topsecret' }, '--url', /not an http or https URL/],
    ['a URL that is not HTTP', { secret, url: 'ftp://127.0.0.1/' }, '--url', /not an http or https URL/]
  ]
  it.each(faults)('refuses %s', async (_what, options, place, fault) => {
    const { error, printed } = await run(options)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).problems).toEqual([
      { place, fault: expect.stringMatching(fault), example: expect.any(String) }
    ])
    expect(String(error)).not.toContain(secret.slice(6, 12))
    expect(String(error)).not.toContain('topsecret')
    expect(printed).toEqual({ stdout: '', stderr: '' })
  })

  it('names all faults at once', async () => {
    const { error } = await run({ url: '', data: 'none', metadata: ['x'] })
    expect((error as ConfigError).problems.map(({ place }) => place)).toEqual([
      '--url',
      '--secret',
      '--data',
      '--metadata'
    ])
  })
})
