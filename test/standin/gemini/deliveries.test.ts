import { Webhook as StandardWebhook } from 'standardwebhooks'
import { describe, expect, it, vi } from 'vitest'
import type { SignWith } from '../../../src/standin/gemini/signing-secrets.ts'
import { sample } from '../../../src/standin/samples.ts'
import { freePort } from '../../spawn.ts'
import { type Delivery, openReceiver } from '../receiver.ts'
import { openGemini } from './open.ts'

const webhook = (type: string, id = 'msg_1') => ({ id, body: JSON.stringify(sample(type)) })
const succeeded = webhook('batch.succeeded')

/** Which of the secrets the independent implementation finds in the delivery's signature. */
function verifiesWith(delivery: Delivery | undefined, secrets: readonly string[]): boolean[] {
  const { body, headers } = delivery ?? expect.fail('nothing was delivered')
  return secrets.map(secret => {
    try {
      new StandardWebhook(secret).verify(body, headers as Record<string, string>)
      return true
    } catch {
      return false
    }
  })
}

describe('emit', () => {
  it('delivers to what is enabled and subscribes to the type, each signed with its own secret', async () => {
    const { gemini, call, register } = await openGemini()
    const [a, b, others] = await Promise.all(
      [1, 2, 3].map(() => openReceiver(response => response.writeHead(204).end()))
    )
    const first = await register(a?.url ?? '')
    const second = await register(b?.url ?? '')
    await call('POST', '', { uri: others?.url, subscribed_events: ['batch.failed', 'video.generated'] })
    const off = await register(others?.url ?? '')
    await call('PATCH', `/${off.id}`, { state: 'disabled' })

    expect(await gemini.emit(succeeded)).toEqual([
      { id: first.id, attempt: { status: 204, code: undefined, latency: expect.any(Number) } },
      { id: second.id, attempt: { status: 204, code: undefined, latency: expect.any(Number) } }
    ])
    const secrets = [first.new_signing_secret, second.new_signing_secret]
    expect(verifiesWith(a?.deliveries[0], secrets)).toEqual([true, false])
    expect(verifiesWith(b?.deliveries[0], secrets)).toEqual([false, true])
    expect(a?.deliveries).toMatchObject([{ body: succeeded.body, headers: { 'webhook-id': 'msg_1' } }])
    expect(others?.deliveries).toEqual([])
    expect(await gemini.emit(webhook('interaction.completed'))).toEqual([])
  })

  it('delivers where the registration says by then', async () => {
    const { gemini, call, register } = await openGemini()
    const old = await openReceiver(response => response.writeHead(204).end())
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const { id } = await register(old.url)
    await call('PATCH', `/${id}`, { uri: url, subscribed_events: ['video.generated'] })
    expect(await gemini.emit(succeeded)).toEqual([])
    expect(await gemini.emit(webhook('video.generated'))).toHaveLength(1)
    await call('DELETE', `/${id}`)
    expect(await gemini.emit(webhook('video.generated'))).toEqual([])
    expect([old.deliveries.length, deliveries.length]).toEqual([0, 1])
  })

  it('disables what keeps failing, sends nothing there until it is enabled, and replays nothing then', async () => {
    const { gemini, call, register, show } = await openGemini({ failuresUntilDisabled: 3 })
    let status = 500
    const { url, deliveries } = await openReceiver(response => response.writeHead(status).end())
    const { id } = await register(url)
    const emit = async (name: string) => (await gemini.emit(webhook('batch.succeeded', name)))[0]?.attempt.status

    expect([await emit('msg_1'), await emit('msg_2'), (await show(id)).state]).toEqual([500, 500, 'enabled'])
    expect([await emit('msg_3'), (await show(id)).state]).toEqual([500, 'disabled_due_to_failed_deliveries'])
    expect(await emit('msg_4')).toBeUndefined()
    expect(deliveries).toHaveLength(3)

    status = 204
    expect(await emit('msg_5')).toBeUndefined()
    expect((await call('PATCH', `/${id}`, { state: 'enabled' })).body.state).toBe('enabled')
    expect([await emit('msg_6'), (await show(id)).state]).toEqual([204, 'enabled'])
    expect(deliveries.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_2', 'msg_3', 'msg_6'])
  })

  it('counts a receiver that is not there as one that fails, ten times unless told otherwise', async () => {
    const { gemini, register, show } = await openGemini()
    const { id } = await register(`http://127.0.0.1:${await freePort()}/`)
    for (let count = 0; count < 9; count += 1) await gemini.emit(succeeded)
    expect((await show(id)).state).toBe('enabled')
    expect(await gemini.emit(succeeded)).toMatchObject([{ attempt: { status: undefined, code: 'ECONNREFUSED' } }])
    expect((await show(id)).state).toBe('disabled_due_to_failed_deliveries')
  })

  it('ends when the stand-in closes', async () => {
    const { gemini, call, register } = await openGemini()
    const arrived = Promise.withResolvers<void>()
    const { url } = await openReceiver(() => arrived.resolve())
    const { id } = await register(url)
    await call('POST', `/${id}:ping`)
    const emitted = gemini.emit(succeeded)
    await arrived.promise
    await gemini.close()
    expect(await emitted).toEqual([])
    expect(await gemini.emit(succeeded)).toEqual([])
  })
})

describe('a rotation', () => {
  it.each<[SignWith, boolean[]]>([
    ['both', [true, true]],
    ['previous', [true, false]],
    ['newest', [false, true]]
  ])('signs with %s while it overlaps, and then with the newest', async (signWith, expected) => {
    let now = Date.now()
    const { gemini, call, register, show } = await openGemini({ signWith, now: () => now })
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const { id, new_signing_secret: old } = await register(url)
    await gemini.emit(succeeded)
    const { secret } = (await call('POST', `/${id}:rotateSigningSecret`)).body
    await gemini.emit(succeeded)
    const expires = new Date(now + 24 * 3_600_000).toISOString()
    expect((await show(id)).signing_secrets).toEqual([
      { truncated_secret: `${secret.slice(0, 10)}...` },
      { truncated_secret: `${old.slice(0, 10)}...`, expire_time: expires }
    ])
    now = Date.parse(expires) - 1
    await gemini.emit(succeeded)
    now += 1
    await gemini.emit(succeeded)
    expect(deliveries.map(delivery => verifiesWith(delivery, [old, secret]))).toEqual([
      [true, false],
      expected,
      expected,
      [false, true]
    ])
    expect((await show(id)).signing_secrets).toHaveLength(1)
  })

  it.each<SignWith>(['both', 'previous', 'newest'])('never signs with what it revokes at once (%s)', async signWith => {
    const { gemini, call, register, show } = await openGemini({ signWith })
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const { id, new_signing_secret: first } = await register(url)
    const rotate = async (behavior: string) =>
      (await call('POST', `/${id}:rotateSigningSecret`, { revocation_behavior: behavior })).body.secret
    const second = await rotate('revoke_previous_secrets_after_h24')
    const third = await rotate('revoke_previous_secrets_immediately')
    await gemini.emit(succeeded)
    expect(verifiesWith(deliveries[0], [first, second, third])).toEqual([false, false, true])
    expect((await show(id)).signing_secrets).toEqual([{ truncated_secret: `${third.slice(0, 10)}...` }])
  })
})

describe('a ping', () => {
  it('is answered at once, and delivered in the background', async () => {
    const { call, register } = await openGemini()
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const { id, new_signing_secret: secret } = await register(url)
    expect(await call('POST', `/${id}:ping`, {})).toEqual({ status: 200, body: {} })
    await vi.waitFor(() => expect(deliveries).toHaveLength(1))
    expect(verifiesWith(deliveries[0], [secret])).toEqual([true])
    expect(JSON.parse(deliveries[0]?.body ?? '')).toMatchObject({ type: 'ping', version: 'v1', data: {} })
  })

  it('is answered before a receiver that never answers, and when there is none', async () => {
    const { call, register } = await openGemini()
    const { url } = await openReceiver(() => {})
    const { id: silent } = await register(url)
    const { id: gone } = await register(`http://127.0.0.1:${await freePort()}/`)
    for (const id of [silent, gone]) expect(await call('POST', `/${id}:ping`)).toEqual({ status: 200, body: {} })
  })

  it('does not go to what is disabled, nor are there more than a hundred at once', async () => {
    const { call, register } = await openGemini()
    const { url, deliveries } = await openReceiver(() => {})
    const { id } = await register(url)
    await call('PATCH', `/${id}`, { state: 'disabled' })
    expect(await call('POST', `/${id}:ping`)).toEqual({ status: 200, body: {} })
    await call('PATCH', `/${id}`, { state: 'enabled' })
    const answers = await Promise.all(Array.from({ length: 101 }, () => call('POST', `/${id}:ping`)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(answers.find(({ status }) => status !== 200)).toMatchObject({
      status: 429,
      body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }
    })
    await vi.waitFor(() => expect(deliveries).toHaveLength(100))
  })
})
