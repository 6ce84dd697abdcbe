import { GoogleGenAI } from '@google/genai'
import { describe, expect, it, vi } from 'vitest'
import { sample } from '../../../src/standin/samples.ts'
import { root, start } from '../../spawn.ts'
import { openReceiver } from '../receiver.ts'
import { openGemini } from './open.ts'

const URI = 'https://bridge.example/webhooks/gemini'
const events = ['batch.succeeded']

/** Google's own client, pointed at the stand-in. */
async function openClient(options: Parameters<typeof openGemini>[0] = {}, apiVersion?: string) {
  const { gemini } = await openGemini(options)
  const httpOptions = { baseUrl: gemini.url, ...(apiVersion !== undefined && { apiVersion }) }
  return { gemini, webhooks: new GoogleGenAI({ apiKey: 'key', httpOptions }).webhooks }
}

describe('Google’s own client', () => {
  it.each([undefined, 'v1', 'v1beta'])('does with the stand-in all that it can (API version: %s)', async apiVersion => {
    const { gemini, webhooks } = await openClient({}, apiVersion)
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const created = await webhooks.create({ name: 'bridge', uri: url, subscribed_events: events })
    const { id = expect.fail('there is no id'), new_signing_secret: secret } = created
    expect(created).toMatchObject({ name: 'bridge', uri: url, subscribed_events: events, state: 'enabled' })
    expect(created.create_time).toBe(created.update_time)
    expect(Date.parse(created.create_time ?? '')).not.toBeNaN()

    const shown = await webhooks.get(id)
    expect(shown).toMatchObject({ id, signing_secrets: [{ truncated_secret: `${secret?.slice(0, 10)}...` }] })
    expect(shown.new_signing_secret).toBeUndefined()

    await webhooks.ping(id)
    await webhooks.ping(id, { body: {} })
    await vi.waitFor(() => expect(deliveries).toHaveLength(2))

    const rotated = await webhooks.rotateSigningSecret(id)
    const overlap = { revocation_behavior: 'revoke_previous_secrets_after_h24' } as const
    const again = await webhooks.rotateSigningSecret(id, overlap)
    expect((await webhooks.get(id)).signing_secrets?.map(({ expire_time }) => expire_time)).toEqual([
      undefined,
      expect.any(String),
      expect.any(String)
    ])
    const last = await webhooks.rotateSigningSecret(id, { revocation_behavior: 'revoke_previous_secrets_immediately' })
    expect(new Set([secret, rotated.secret, again.secret, last.secret]).size).toBe(4)
    expect((await webhooks.get(id)).signing_secrets).toEqual([{ truncated_secret: `${last.secret?.slice(0, 10)}...` }])

    await gemini.emit({ id: 'msg_1', body: JSON.stringify(sample('batch.succeeded')) })
    expect(deliveries[2]?.headers['webhook-id']).toBe('msg_1')

    expect(await webhooks.update(id, { state: 'disabled', update_mask: 'state' })).toMatchObject({ state: 'disabled' })
    const changes = { name: 'other', uri: URI, subscribed_events: ['video.generated'], state: 'enabled' } as const
    expect(await webhooks.update(id, { ...changes, subscribed_events: ['video.generated'] })).toMatchObject(changes)
    await webhooks.delete(id)
    expect((await webhooks.list()).webhooks).toBeUndefined()
  })

  it('leafs through the pages', async () => {
    const { webhooks } = await openClient()
    const ids: (string | undefined)[] = []
    for (let count = 0; count < 5; count += 1) {
      ids.push((await webhooks.create({ uri: URI, subscribed_events: events })).id)
    }
    const pages: (string | undefined)[][] = []
    let token: string | undefined
    do {
      const page = await webhooks.list({ page_size: 2, ...(token !== undefined && { page_token: token }) })
      pages.push(page.webhooks?.map(({ id }) => id) ?? [])
      token = page.next_page_token
    } while (token !== undefined)
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
  })

  it('understands every refusal', async () => {
    const { webhooks } = await openClient()
    const notFound = { name: 'NotFoundError', status: 404, error: { error: { status: 'NOT_FOUND' } } }
    for (const id of ['none', 'webhooks/none', 'a/b:c?d']) {
      await expect(webhooks.get(id)).rejects.toMatchObject(notFound)
      await expect(webhooks.update(id, { name: 'x' })).rejects.toMatchObject(notFound)
      await expect(webhooks.delete(id)).rejects.toMatchObject(notFound)
      await expect(webhooks.ping(id)).rejects.toMatchObject(notFound)
      await expect(webhooks.rotateSigningSecret(id)).rejects.toMatchObject(notFound)
    }
    const wrong = { name: 'BadRequestError', status: 400, error: { error: { status: 'INVALID_ARGUMENT' } } }
    const cancelled = { uri: URI, subscribed_events: ['batch.cancelled'] }
    await expect(webhooks.create(cancelled)).rejects.toMatchObject(wrong)
    await expect(webhooks.list({ page_token: 'none' })).rejects.toMatchObject(wrong)

    const { webhooks: locked } = await openClient({ apiKey: 'another' })
    await expect(locked.list()).rejects.toMatchObject({
      status: 400,
      error: { error: { details: [{ reason: 'API_KEY_INVALID' }] } }
    })
  })

  it('finds it by GOOGLE_GEMINI_BASE_URL', async () => {
    const key = 'of-the-environment'
    const { gemini, call } = await openGemini({ apiKey: key })
    const env = { GOOGLE_GEMINI_BASE_URL: gemini.url, GEMINI_API_KEY: key }
    const program = start(process.execPath, [`${root}test/standin/gemini/genai-program.ts`], { env })
    const [, id = ''] = await program.until(/^([0-9a-f]+) disabled$/m)
    expect(await program.exit()).toBe(0)
    const { body } = await call('GET', `/${id}`, undefined, { 'x-goog-api-key': key })
    expect(body).toMatchObject({ id, state: 'disabled' })
  })
})
