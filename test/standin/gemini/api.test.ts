import { describe, expect, it } from 'vitest'
import { openGemini } from './open.ts'

const URI = 'https://bridge.example/webhooks/gemini'
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/

describe('the registration API', () => {
  it('creates, shows, changes and deletes', async () => {
    let now = Date.parse('2026-01-22T12:00:00Z')
    const { call, show } = await openGemini({ now: () => now })
    const created = await call('POST', '', { name: 'bridge', uri: URI, subscribed_events: ['batch.failed'] })
    const { new_signing_secret: secret, ...resource } = created.body
    expect(created.status).toBe(200)
    expect(secret).toMatch(SECRET)
    expect(resource).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: 'bridge',
      uri: URI,
      subscribed_events: ['batch.failed'],
      state: 'enabled',
      signing_secrets: [{ truncated_secret: `${secret.slice(0, 10)}...` }],
      create_time: '2026-01-22T12:00:00.000Z',
      update_time: '2026-01-22T12:00:00.000Z'
    })
    expect(await show(resource.id)).toEqual(resource)

    now += 1000
    const changes = { name: 'b', uri: `${URI}/2`, subscribed_events: ['video.generated'], state: 'disabled' }
    // A mask that names another field is ignored.
    const changed = await call('PATCH', `/${resource.id}?update_mask=name`, changes)
    expect(changed.body).toEqual({ ...resource, ...changes, update_time: '2026-01-22T12:00:01.000Z' })
    expect((await call('PATCH', `/${resource.id}`, { state: 'enabled' })).body).toMatchObject({
      ...changes,
      state: 'enabled'
    })

    expect(await call('DELETE', `/${resource.id}`)).toEqual({ status: 200, body: {} })
    expect(await call('GET', `/${resource.id}`)).toMatchObject({
      status: 404,
      body: { error: { status: 'NOT_FOUND' } }
    })
    expect(await call('GET')).toEqual({ status: 200, body: {} })
  })

  it('answers a rotation with the new secret, and never shows it again', async () => {
    const { call, register, show } = await openGemini()
    const { id, new_signing_secret: first } = await register(URI)
    const { body } = await call('POST', `/${id}:rotateSigningSecret`)
    expect(body).toEqual({ secret: expect.stringMatching(SECRET) })
    expect(body.secret).not.toBe(first)
    expect(JSON.stringify(await show(id))).not.toMatch(/whsec_[^".]{5}/)
  })

  it('has the same under /v1', async () => {
    const { gemini, register } = await openGemini()
    const { id } = await register(URI)
    const response = await fetch(`${gemini.url}/v1/webhooks/${id}`, { headers: { 'x-goog-api-key': 'key' } })
    expect(await response.json()).toMatchObject({ id })
  })

  it('gives fifty to a page unless asked for another number', async () => {
    const { call, register } = await openGemini()
    for (let count = 0; count < 51; count += 1) await register(URI)
    expect((await call('GET')).body.webhooks).toHaveLength(50)
    expect((await call('GET', '?page_size=0')).body.webhooks).toHaveLength(50)
    const { body } = await call('GET', '?page_size=51')
    expect(body.webhooks).toHaveLength(51)
    expect(body).not.toHaveProperty('next_page_token')
  })

  it('takes any key, or only the one that it was given', async () => {
    const { call: any } = await openGemini()
    const { call: one } = await openGemini({ apiKey: 'right' })
    const none = { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED' } } }
    expect(await any('GET', '', undefined, { 'x-goog-api-key': '' })).toMatchObject(none)
    expect(await one('GET', '', undefined, { 'x-goog-api-key': '' })).toMatchObject(none)
    expect(await one('GET', '', undefined, { 'x-goog-api-key': 'right' })).toEqual({ status: 200, body: {} })
    expect(await one('GET', '', undefined, { 'x-goog-api-key': 'wrong' })).toMatchObject({
      status: 400,
      body: { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }
    })
  })

  it.each([
    ['uri', { subscribed_events: ['batch.failed'] }],
    ['uri', { uri: 'nowhere', subscribed_events: ['batch.failed'] }],
    ['uri', { uri: 'http://bridge.example/', subscribed_events: ['batch.failed'] }],
    ['uri', { uri: 'ftp://127.0.0.1/', subscribed_events: ['batch.failed'] }],
    ['subscribed_events', { uri: URI }],
    ['subscribed_events', { uri: URI, subscribed_events: [] }],
    ['subscribed_events', { uri: URI, subscribed_events: 'batch.failed' }],
    ['subscribed_events.1', { uri: URI, subscribed_events: ['batch.failed', 'batch.cancelled'] }],
    ['subscribed_events.0', { uri: URI, subscribed_events: ['interaction.cancelled'] }],
    ['subscribed_events.0', { uri: URI, subscribed_events: ['ping'] }],
    ['the request', { uri: URI, subscribed_events: ['batch.failed'], state: 'disabled' }],
    ['the request', { uri: URI, subscribedEvents: ['batch.failed'] }]
  ])('refuses a wrong %s: %j', async (place, body) => {
    const { call } = await openGemini()
    const { status, body: answer } = await call('POST', '', body)
    expect(status).toBe(400)
    expect(answer.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
    expect(answer.error.message).toContain(`at ${place}`.replace('the request', ''))
    expect((await call('GET')).body).toEqual({})
  })

  it.each([
    ['PATCH', '', { state: 'paused' }],
    ['PATCH', '', { uri: 'http://bridge.example/' }],
    ['PATCH', '', { id: 'mine' }],
    ['POST', ':rotateSigningSecret', { revocation_behavior: 'now' }],
    ['POST', ':ping', { now: true }]
  ])('refuses %s %s of %j', async (method, suffix, body) => {
    const { call, register, show } = await openGemini()
    const { new_signing_secret: _, ...resource } = await register(URI)
    expect(await call(method, `/${resource.id}${suffix}`, body)).toMatchObject({
      status: 400,
      body: { error: { status: 'INVALID_ARGUMENT' } }
    })
    expect(await show(resource.id)).toEqual(resource)
  })

  it.each(['http://127.0.0.1:8080/', 'http://localhost:8080/', 'http://[::1]:8080/'])('takes %s', async uri => {
    const { register } = await openGemini()
    expect(await register(uri)).toMatchObject({ uri })
  })
})
