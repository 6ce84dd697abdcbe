import { expect, test } from 'vitest'
import { EventError } from '../../src/errors.ts'
import { sample } from '../../src/standin/samples.ts'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'
import { startTestBridge, type TestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { nowInSeconds, OTHER_SECRET, SECRET, signed } from './sign.ts'

const webhooks = ({ log }: TestBridge) => log.filter(({ message }) => message === 'webhook')

test('one line a webhook, with what an operator asks for', async () => {
  await using bridge = await startTestBridge({ second: true })
  const body = JSON.stringify(sample('video.generated', { now: new Date(Date.now() - 60_000) }))
  await bridge.deliver({ id: 'msg_good', body })
  bridge.second.publish = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
  await bridge.deliver({ id: 'msg_bad', body })
  await bridge.deliver({ id: 'msg_forged', signer: staticSigner(OTHER_SECRET) })
  await bridge.deliver({ id: 'msg_old', timestamp: nowInSeconds() - 330 })
  await bridge.send({ target: '/nope' })
  const [good, bad, forged, old, lost, ...more] = webhooks(bridge)
  expect(more).toEqual([])
  expect(good).toEqual({
    level: 30,
    time: expect.any(Number),
    message: 'webhook',
    endpoint: '/hooks',
    id: 'msg_good',
    type: 'com.google.gemini.video.generated',
    subject: 'models/veo-3.1-generate-preview/operations/7f3k29qx5vhd',
    outcome: 'acknowledged',
    status: 204,
    destinations: {
      t: { outcome: 'accepted', ms: expect.any(Number) },
      u: { outcome: 'accepted', ms: expect.any(Number) }
    },
    ageSeconds: expect.closeTo(60.5, 0),
    redelivery: false,
    ms: expect.any(Number)
  })
  expect(bad).toMatchObject({
    level: 50,
    id: 'msg_bad',
    outcome: 'refused',
    status: 422,
    code: 'ERR_EVENT',
    destinations: { t: { outcome: 'accepted' }, u: { outcome: 'refused', error: 'The broker takes 10 bytes.' } }
  })
  expect(forged).toMatchObject({ level: 40, id: 'msg_forged', outcome: 'refused', status: 401, code: 'ERR_SIGNATURE' })
  // Of what is not proven, only what identifies it.
  expect(forged).not.toHaveProperty('type')
  expect(old).toMatchObject({ status: 401, code: 'ERR_TIMESTAMP', error: expect.stringMatching(/33\d s old/) })
  expect(lost).toMatchObject({ level: 30, status: 404, code: 'ERR_NOT_FOUND', error: expect.stringContaining('/nope') })
})

test('no body, signature, token or secret, whatever goes wrong', async () => {
  const TOKEN = 'a-callback-token-of-this-test'
  await using keySet = await openKeySet()
  const lines: string[] = []
  {
    await using bridge = await startTestBridge({
      endpoints: [
        { path: '/hooks', verify: { static: { secrets: [SECRET] } } },
        {
          path: '/jobs',
          verify: {
            dynamic: {
              tokens: [TOKEN],
              keys: { url: keySet.url, coolDown: '100ms' },
              jwt: { audience: 'my-project' }
            }
          }
        }
      ],
      limits: { acknowledge: '300ms' }
    })
    const body = JSON.stringify({ type: 'a', data: { prompt: 'the-body-of-this-test' } })
    const dynamic = { target: `/jobs?token=${TOKEN}`, signer: dynamicSigner(...keySet.keys) }
    const everything = async () => {
      for (const target of ['/hooks', dynamic.target, '/nope?token=wrong-token', '/jobs?token=wrong-token', '/jobs']) {
        await bridge.deliver({ target, body })
        await bridge.deliver({ ...dynamic, target, body })
        await bridge.deliver({ target, body, signer: () => 'eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.the-signature' })
        await bridge.deliver({ target, body, timestamp: 1 })
        await bridge.deliver({ target, body: `${body}x` })
        await bridge.send({ target, headers: signed(body), body: `${body} ` })
        await bridge.send({ target: `http://user:wrong-token@a.test${target}`, body })
        await bridge.send({ method: 'PUT', target, body })
        await bridge.send({ target, headers: [...signed(body), ['content-length', '20']], body: body.slice(0, 20) })
        await bridge.send({ target: `${target}\x01the-body-of-this-test`, body })
      }
    }
    await everything()
    keySet.mode = 'garbage'
    bridge.broker.publish = () => new Promise(() => {})
    await everything()
    lines.push(...bridge.log.map(line => JSON.stringify(line)))
    expect(webhooks(bridge).length).toBeGreaterThan(20)
  }
  const output = lines.join('\n')
  for (const secret of [
    SECRET,
    SECRET.slice(6),
    TOKEN,
    'wrong-token',
    'the-body-of-this-test',
    'the-signature',
    'v1,',
    'v1a,'
  ]) {
    expect(output).not.toContain(secret)
  }
})

test('of refusals of one code, ten lines a second and then their number', async () => {
  await using bridge = await startTestBridge()
  const before = webhooks(bridge).length
  await Promise.all(Array.from({ length: 60 }, () => bridge.deliver({ signer: staticSigner(OTHER_SECRET) })))
  // Neither other codes nor verified webhooks wait for that.
  await bridge.send({ target: '/nope' })
  await Promise.all(Array.from({ length: 30 }, () => bridge.deliver({ body: '[]' })))
  const lines = webhooks(bridge).slice(before)
  const count = (code: string) => lines.filter(line => line['code'] === code).length
  expect([count('ERR_SIGNATURE'), count('ERR_NOT_FOUND'), count('ERR_EVENT')]).toEqual([10, 1, 30])
  const suppressed = () => bridge.log.filter(line => 'suppressed' in line)
  await until(() => suppressed().length > 0)
  expect(suppressed()).toEqual([expect.objectContaining({ code: 'ERR_SIGNATURE', suppressed: 50 })])
  // A new second, ten new lines.
  await bridge.deliver({ signer: staticSigner(OTHER_SECRET) })
  expect(webhooks(bridge).filter(line => line['code'] === 'ERR_SIGNATURE')).toHaveLength(11)
  expect(
    await bridge.metric('gemini_event_bridge_webhooks_total{endpoint="/hooks",code="401",reason="ERR_SIGNATURE"}')
  ).toBe(61)
})
