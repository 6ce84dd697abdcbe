import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeySetServer } from '../../src/standin/key-set.ts'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'
import { serveKeys } from '../verify/key-set-server.ts'
import { createRsa } from '../verify/signers.ts'
import { BODY, type Genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { nowInSeconds, SECRET } from './sign.ts'
import type { Reply } from './wire.ts'

const TOKEN = 'the-newest-token-of-this-test'
const OLD_TOKEN = 'the-oldest-token-of-this-test'
const codeOf = ({ status, body }: Reply) => (body === '' ? String(status) : `${status} ${JSON.parse(body).code}`)
const forged = dynamicSigner(generateKeyPairSync('ed25519').privateKey)
const short = { refresh: '24h', coolDown: '100ms' }

/** A bridge with one dynamic endpoint, `/jobs`, that wants no token, unless `dynamic` says more. */
const startDynamic = (keys: object | string, dynamic: object = { anyProject: true }) =>
  startTestBridge({ endpoints: [{ path: '/jobs', verify: { dynamic: { keys, ...dynamic } } }] })
const jobs = (bridge: TestBridge, webhook: Genuine) => bridge.deliver({ target: '/jobs', ...webhook }).then(codeOf)

test('any key of the set may sign; a key that is new is fetched, one that is gone is refused', async () => {
  await using keySet = await openKeySet()
  await using bridge = await startDynamic({ ...short, url: keySet.url, refresh: '200ms' })
  const [oldest] = keySet.keys.slice(-1)
  if (!oldest) throw new Error('there are three keys')
  for (const key of keySet.keys) expect(await jobs(bridge, { signer: dynamicSigner(key) })).toBe('204')
  expect(await jobs(bridge, { signer: dynamicSigner(...keySet.keys) })).toBe('204')
  expect(await jobs(bridge, { signer: forged })).toBe('401 ERR_SIGNATURE')
  const key = keySet.rotate()
  await until(async () => (await jobs(bridge, { signer: dynamicSigner(key) })) === '204')
  await until(async () => (await jobs(bridge, { signer: dynamicSigner(oldest) })) === '401 ERR_SIGNATURE')
})

test('forgeries do not hammer the key set', async () => {
  await using keySet = await openKeySet()
  await using bridge = await startDynamic({ url: keySet.url, coolDown: '1h', refresh: '24h' })
  expect(await jobs(bridge, { signer: dynamicSigner(...keySet.keys) })).toBe('204')
  const answers = await Promise.all(Array.from({ length: 50 }, () => jobs(bridge, { signer: forged })))
  expect(new Set(answers)).toEqual(new Set(['401 ERR_SIGNATURE']))
  expect(keySet.requests).toBe(1)
})

const modes: readonly KeySetServer['mode'][] = ['fail', 'empty', 'garbage', 'redirect', 'huge', 'hang']
test.for([...modes, 'unreachable'] as const)('a key set that is no use (%s) is 503 until it is back', async mode => {
  await using keySet = await openKeySet()
  if (mode === 'unreachable') await keySet.close()
  else keySet.mode = mode
  await using bridge = await startTestBridge({
    endpoints: [
      { path: '/jobs', verify: { dynamic: { tokens: [TOKEN], keys: { ...short, url: keySet.url, refresh: '200ms' } } } }
    ],
    limits: { acknowledge: '300ms' }
  })
  const target = `/jobs?token=${TOKEN}`
  const start = performance.now()
  const reply = await bridge.deliver({ target, signer: dynamicSigner(...keySet.keys) })
  expect(performance.now() - start).toBeLessThan(600)
  expect(codeOf(reply)).toBe('503 ERR_KEYS')
  expect(reply.headers['retry-after']).toBe('5')
  // What is known to be forged, or too badly made to be genuine, is no outage.
  const signature = (text: string) => jobs(bridge, { target, signer: () => text })
  expect(await signature('v1a,AAAA')).toBe('401 ERR_SIGNATURE')
  expect(await signature('a.b.c')).toBe('401 ERR_SIGNATURE')
  expect(await jobs(bridge, { target, signer: staticSigner(SECRET) })).toBe('401 ERR_SIGNATURE')
  expect(await jobs(bridge, { target: '/jobs?token=wrong', signer: forged })).toBe('401 ERR_TOKEN')
  if (mode === 'unreachable' || mode === 'hang') return
  keySet.mode = 'serve'
  await until(async () => (await jobs(bridge, { target, signer: dynamicSigner(...keySet.keys) })) === '204')
})

test('keys from before stay in use while their endpoint is down; others may be new, which nobody can tell', async () => {
  await using keySet = await openKeySet()
  await using bridge = await startDynamic({ ...short, url: keySet.url, refresh: '100ms' })
  const signer = dynamicSigner(...keySet.keys)
  expect(await jobs(bridge, { signer })).toBe('204')
  keySet.mode = 'empty'
  await until(async () => (await jobs(bridge, { signer: forged })) === '503 ERR_KEYS')
  expect(await jobs(bridge, { signer })).toBe('204')
})

describe('an endpoint takes exactly what it is told to', () => {
  let keySet: Awaited<ReturnType<typeof openKeySet>>
  let bridge: TestBridge
  beforeAll(async () => {
    keySet = await openKeySet()
    const keys = { ...short, url: keySet.url }
    bridge = await startTestBridge({
      endpoints: [
        { path: '/static', verify: { static: { secrets: [SECRET] } } },
        { path: '/jobs', verify: { dynamic: { tokens: [TOKEN, OLD_TOKEN], keys } } },
        { path: '/any', source: '//any', verify: { dynamic: { anyProject: true, keys } } }
      ]
    })
  })
  afterAll(async () => {
    await bridge[Symbol.asyncDispose]()
    await keySet.close()
  })
  const send = (target: string, scheme: 'static' | 'dynamic') => {
    const signer = scheme === 'static' ? staticSigner(SECRET) : dynamicSigner(...keySet.keys)
    return bridge.deliver({ target, signer }).then(codeOf)
  }

  test('static is not dynamic, and the reverse', async () => {
    expect(await send('/static', 'static')).toBe('204')
    expect(await send('/static', 'dynamic')).toBe('401 ERR_SIGNATURE')
    expect(await send('/any', 'dynamic')).toBe('204')
    expect(await send('/any', 'static')).toBe('401 ERR_SIGNATURE')
    expect(await send(`/jobs?token=${TOKEN}`, 'static')).toBe('401 ERR_SIGNATURE')
    // Relabelled, neither passes for the other.
    const [key] = keySet.keys
    const relabel = (signer: typeof forged, from: string, to: string) =>
      bridge.deliver({ target: '/any', signer: (...args) => signer(...args).replace(from, to) }).then(codeOf)
    expect(await relabel(staticSigner(SECRET), 'v1,', 'v1a,')).toBe('401 ERR_SIGNATURE')
    expect(key && (await relabel(dynamicSigner(key), 'v1a,', 'v1,'))).toBe('401 ERR_SIGNATURE')
  })

  test('exactly one callback token counts, and it is one of the list', async () => {
    for (const query of [
      `token=${TOKEN}`,
      `token=${OLD_TOKEN}`,
      `a=b&token=${TOKEN}&c`,
      `token=${TOKEN.replace('-', '%2d')}`
    ]) {
      expect(await send(`/jobs?${query}`, 'dynamic'), query).toBe('204')
    }
    const wrong = [TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), '', `${TOKEN},${OLD_TOKEN}`, `${TOKEN}%00`]
    for (const query of [
      '',
      'token',
      `Token=${TOKEN}`,
      `xtoken=${TOKEN}`,
      `token=${TOKEN}&token=${TOKEN}`,
      `token=${TOKEN}&token=${OLD_TOKEN}`,
      `token=wrong&token=${TOKEN}`,
      `token=${TOKEN}&tok%65n=x`,
      ...wrong.map(token => `token=${token}`)
    ]) {
      expect(await send(`/jobs?${query}`, 'dynamic'), query).toBe('401 ERR_TOKEN')
    }
  })

  test('only the first three v1a entries are looked at', async () => {
    const junk = `v1a,${Buffer.alloc(64).toString('base64')} `
    const behind = (count: number) => {
      const real = dynamicSigner(...keySet.keys.slice(0, 1))
      return bridge.deliver({ target: '/any', signer: (...args) => junk.repeat(count) + real(...args) }).then(codeOf)
    }
    expect(await behind(2)).toBe('204')
    expect(await behind(3)).toBe('401 ERR_SIGNATURE')
  })
})

describe('the documented JWT form', () => {
  const rsa = createRsa('rsa-1')
  let keys: Awaited<ReturnType<typeof serveKeys>>
  let bridge: TestBridge
  beforeAll(async () => {
    keys = await serveKeys({ keys: [rsa.jwk] })
    const jwt = { audience: 'my-project', bodyClaim: 'body_sha256' }
    bridge = await startTestBridge({
      endpoints: [{ path: '/jwt', verify: { dynamic: { tokens: [TOKEN], keys: { ...short, url: keys.url }, jwt } } }]
    })
  })
  afterAll(async () => {
    await bridge[Symbol.asyncDispose]()
    await keys[Symbol.asyncDispose]()
  })
  const claims = (more: object = {}) => ({ aud: 'my-project', exp: nowInSeconds() + 60, ...more })
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const send = (jwt: string, webhook: Genuine = {}) =>
    bridge.deliver({ target: `/jwt?token=${TOKEN}`, signer: () => jwt, ...webhook }).then(codeOf)

  test('vouches for the body whose hash it carries', async () => {
    const jwt = await rsa.token(claims({ body_sha256: sha256(BODY) }))
    expect(await send(jwt, { id: 'msg_jwt' })).toBe('204')
    expect(await send(jwt, { id: 'msg_jwt' }), 'a redelivery').toBe('204')
    expect(await send(jwt, { id: 'msg_other' }), 'another event').toBe('401 ERR_SIGNATURE')
    expect(await send(await rsa.token(claims({ body_sha256: sha256('x') })))).toBe('401 ERR_SIGNATURE')
  })
  test('or is itself the event, and the body is not', async () => {
    const event = claims({ type: 'batch.failed', data: { id: 'batches/in-the-claims' } })
    expect(await send(await rsa.token(event))).toBe('204')
    const published = bridge.broker.events.at(-1)
    expect(published?.type).toBe('com.google.gemini.batch.failed')
    expect(published?.subject).toBe('batches/in-the-claims')
  })
  test('follows the key set: a new key is fetched, one that is gone is refused', async () => {
    const [old, next] = [createRsa('rsa-old'), createRsa('rsa-new')]
    await using rotating = await serveKeys({ keys: [old.jwk] })
    const jwt = { audience: 'my-project', bodyClaim: 'body_sha256' }
    const keySet = { ...short, refresh: '200ms', url: rotating.url }
    await using other = await startTestBridge({
      endpoints: [{ path: '/jwt', verify: { dynamic: { tokens: [TOKEN], keys: keySet, jwt } } }]
    })
    const sendBy = async (key: typeof rsa) => {
      const token = await key.token(claims({ body_sha256: sha256(BODY), jti: randomUUID() }))
      return codeOf(await other.deliver({ target: `/jwt?token=${TOKEN}`, signer: () => token }))
    }
    expect(await sendBy(old)).toBe('204')
    expect(await sendBy(next)).toBe('401 ERR_SIGNATURE')
    rotating.answer({ keys: [next.jwk] })
    await until(async () => (await sendBy(next)) === '204')
    await until(async () => (await sendBy(old)) === '401 ERR_SIGNATURE')
  })
  test('or is refused', async () => {
    const body_sha256 = sha256(BODY)
    const refused = [
      rsa.token(claims()),
      rsa.token(claims({ body_sha256, aud: 'other' })),
      rsa.token(claims({ body_sha256, exp: nowInSeconds() - 1 })),
      rsa.token(claims({ body_sha256, exp: undefined })),
      createRsa('rsa-1').token(claims({ body_sha256 }))
    ]
    for (const jwt of await Promise.all(refused)) expect(await send(jwt)).toBe('401 ERR_SIGNATURE')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const payload = Buffer.from(JSON.stringify(claims({ body_sha256 }))).toString('base64url')
    expect(await send(`${none}.${payload}.AA`)).toBe('401 ERR_SIGNATURE')
  })
  test('is nothing where it is not configured', async () => {
    await using other = await openKeySet()
    await using plain = await startDynamic({ ...short, url: other.url })
    const jwt = await rsa.token(claims({ body_sha256: sha256(BODY) }))
    expect(await jobs(plain, { signer: () => jwt })).toBe('401 ERR_SIGNATURE')
  })
})
