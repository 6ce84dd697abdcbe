import type { RequestListener } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createKeySet, type KeySet, type KeySetOptions } from '../../src/verify/key-set.ts'
import { serveKeys } from './key-set-server.ts'
import { recordingLog } from './recording-log.ts'
import { createEd25519, never } from './signers.ts'

const [a, b] = [createEd25519('a').jwk, createEd25519('b').jwk]
const COOL_DOWN = 30_000

/** A key set that by itself loads once, with a clock that stands still until moved. */
function create(url: string, options: Partial<KeySetOptions> = {}) {
  const log = recordingLog()
  const loads: boolean[] = []
  let time = 1000
  const keySet = createKeySet({
    url,
    refresh: 3_600_000,
    coolDown: COOL_DOWN,
    types: ['ed25519'],
    log,
    onKeySet: success => loads.push(success),
    clock: () => time,
    ...options
  })
  onTestFinished(() => keySet.close())
  return {
    keySet,
    log,
    loads,
    pass(ms: number) {
      time += ms
    },
    loaded: (count: number) => vi.waitFor(() => expect(loads.length).toBeGreaterThanOrEqual(count))
  }
}

const find = (keySet: KeySet, kid: string, signal = never) =>
  keySet.search(keys => keys.find(key => key.kid === kid)?.kid, signal)

const unavailable = expect.objectContaining({ code: 'ERR_KEYS', statusCode: 503 })
const failing: RequestListener = (_request, response) => response.writeHead(500).end()
const hanging: RequestListener = () => {}

test('the keys are loaded at once, and once for all who wait', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, loads } = create(server.url)
  expect(await Promise.all(Array.from({ length: 50 }, () => find(keySet, 'a')))).toEqual(Array(50).fill('a'))
  expect(server.requests).toBe(1)
  expect(loads).toEqual([true])
})

test('nothing found among fresh keys is an answer', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet } = create(server.url)
  expect(await find(keySet, 'b')).toBeUndefined()
})

test('a new key is loaded when it is first needed, once for all who need it', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, loaded, pass } = create(server.url)
  await loaded(1)
  server.answer({ keys: [b] })
  pass(COOL_DOWN)
  expect(await Promise.all(Array.from({ length: 50 }, () => find(keySet, 'b')))).toEqual(Array(50).fill('b'))
  expect(server.requests).toBe(2)
  expect(await find(keySet, 'a')).toBeUndefined()
})

test('forgeries cannot hammer the endpoint: one load per cool-down, from the start of the last', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, loaded, pass } = create(server.url)
  await loaded(1)
  const forge = async () => {
    for (let n = 0; n < 100; n++) expect(await find(keySet, 'forged')).toBeUndefined()
  }
  await forge()
  expect(server.requests).toBe(1)
  pass(COOL_DOWN - 1)
  await forge()
  expect(server.requests).toBe(1)
  pass(1)
  await forge()
  expect(server.requests).toBe(2)
})

test('genuine webhooks are found without the endpoint, however many forgeries wait for it', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, loaded, pass } = create(server.url)
  await loaded(1)
  server.answer(hanging)
  pass(COOL_DOWN)
  const abort = new AbortController()
  const forgeries = Array.from({ length: 20 }, () => find(keySet, 'forged', abort.signal))
  expect(await find(keySet, 'a')).toBe('a')
  await vi.waitFor(() => expect(server.requests).toBe(2))
  abort.abort()
  for (const forgery of forgeries) await expect(forgery).rejects.toEqual(unavailable)
  expect(server.requests).toBe(2)
})

test('a removed key stops verifying at the next refresh in the background', async () => {
  await using server = await serveKeys({ keys: [a, b] })
  const { keySet, loaded } = create(server.url, { refresh: 20 })
  await loaded(1)
  expect(await find(keySet, 'b')).toBe('b')
  server.answer({ keys: [a] })
  await vi.waitFor(async () => expect(await find(keySet, 'b')).toBeUndefined())
  expect(await find(keySet, 'a')).toBe('a')
})

const noAnswers: [string, RequestListener | object][] = [
  ['an error', failing],
  ['an empty set', { keys: [] }],
  ['no usable key', { keys: [{ kty: 'oct', k: 'AAAA' }] }],
  ['no key set', { key: 'value' }],
  ['no JSON', (_request, response) => response.end('<html>')],
  ['too much', (_request, response) => response.end(JSON.stringify({ keys: [a], more: 'x'.repeat(65_536) }))],
  ['a redirect', (_request, response) => response.writeHead(302, { location: '/' }).end()],
  ['a cut connection', request => request.socket.destroy()]
]

test.each(noAnswers)('when the endpoint gives %s, the keys from before stay in use', async (_name, answer) => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, loaded, loads, log, pass } = create(server.url)
  await loaded(1)
  server.answer(answer)
  pass(COOL_DOWN)
  await expect(find(keySet, 'b')).rejects.toEqual(unavailable)
  expect(await find(keySet, 'a')).toBe('a')
  expect(loads).toEqual([true, false])
  expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining(server.url) }])
  expect(log.lines[0]?.message).toContain('The keys from before stay in use')
  expect(log.lines[0]?.message).toContain('Check that')

  server.answer({ keys: [a] })
  pass(COOL_DOWN)
  expect(await find(keySet, 'b')).toBeUndefined()
  expect(log.lines[1]).toMatchObject({ level: 'info', message: expect.stringContaining('is back') })
})

test.each(noAnswers)('when the endpoint only ever gave %s, that is an outage', async (_name, answer) => {
  await using server = await serveKeys(answer)
  const { keySet, loads, log } = create(server.url)
  await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  await expect(find(keySet, 'a')).rejects.toThrow(server.url)
  expect(loads).toEqual([false])
  expect(log.lines[0]?.message).toContain('503')
})

test('without any keys, webhooks do not each ask for them, but the background soon does', async () => {
  await using server = await serveKeys(failing)
  const { keySet, loaded, pass } = create(server.url)
  await loaded(1)
  for (let n = 0; n < 100; n++) await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(1)
  pass(999)
  await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(1)
  pass(1)
  await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(2)
  pass(1999)
  await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(2)
  server.answer({ keys: [a] })
  pass(1)
  expect(await find(keySet, 'a')).toBe('a')
})

test('the background retries sooner than it refreshes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let answers: Response[] = [new Response('', { status: 500 }), new Response('', { status: 500 })]
  const asked: number[] = []
  let elapsed = 0
  const fetch = async () => {
    asked.push(elapsed)
    return answers.shift() ?? Response.json({ keys: [a] })
  }
  const { keySet } = create('https://keys.example/', { fetch: fetch as typeof globalThis.fetch })
  const pass = async (ms: number) => {
    for (const end = elapsed + ms; elapsed < end; elapsed += 500) await vi.advanceTimersByTimeAsync(500)
  }
  await pass(4000)
  expect(asked).toEqual([0, 500, 2500])
  expect(await find(keySet, 'a')).toBe('a')
  answers = Array.from({ length: 20 }, () => new Response('', { status: 500 }))
  await pass(3_600_000 + 200_000)
  const gaps = asked.slice(3).map((at, n) => at - (asked[n + 2] ?? 0))
  expect(gaps.slice(0, 8)).toEqual([3_600_000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

test('an endpoint that comes back is noticed without any webhook', async () => {
  const server = await serveKeys({ keys: [a] })
  await server.stop()
  const { keySet, loaded, log } = create(server.url, { refresh: 20 })
  await loaded(1)
  await server.listen()
  await vi.waitFor(() => expect(log.lines.at(-1)?.message).toContain('is back'))
  expect(await find(keySet, 'a')).toBe('a')
  await server.stop()
})

test('waiting ends with the signal, not with the endpoint', async () => {
  await using server = await serveKeys(hanging)
  const { keySet } = create(server.url)
  const abort = new AbortController()
  const waiting = find(keySet, 'a', abort.signal)
  abort.abort()
  await expect(waiting).rejects.toEqual(unavailable)
  await expect(find(keySet, 'a', AbortSignal.abort())).rejects.toThrow('has not answered yet')
  expect(server.requests).toBeLessThanOrEqual(1)
})

test('close ends the request under way and the background refresh; who waits is told to come again', async () => {
  const asked = Promise.withResolvers<void>()
  const hungUp = Promise.withResolvers<void>()
  await using server = await serveKeys((request, response) => {
    response.on('close', hungUp.resolve)
    request.resume()
    asked.resolve()
  })
  const { keySet, loads, log } = create(server.url, { refresh: 10 })
  await asked.promise
  const waiting = find(keySet, 'a')
  keySet.close()
  await expect(waiting).rejects.toThrow('shutting down')
  await hungUp.promise
  await expect(find(keySet, 'a')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(1)
  expect([loads, log.lines]).toEqual([[], []])
})

test('once closed, keys verify still, but what they do not verify is no forgery for certain', async () => {
  await using server = await serveKeys({ keys: [a] })
  const { keySet, pass } = create(server.url)
  await find(keySet, 'a')
  keySet.close()
  pass(COOL_DOWN)
  expect(await find(keySet, 'a')).toBe('a')
  await expect(find(keySet, 'b')).rejects.toEqual(unavailable)
  expect(server.requests).toBe(1)
})

test('close leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await using server = await serveKeys({ keys: [a] })
  const { keySet } = create(server.url)
  await find(keySet, 'a')
  expect(vi.getTimerCount()).toBe(1)
  keySet.close()
  expect(vi.getTimerCount()).toBe(0)
})
