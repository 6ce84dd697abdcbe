import { expect, test } from 'vitest'
import { until } from '../../ingress/harness.ts'
import { openReceiver } from '../../standin/receiver.ts'
import { API_KEY, BRIDGE, openHostile, openScene, openStandin } from './scene.ts'

const create = ['create', '--url', `${BRIDGE}/hooks`, '--name', 'first', '--secret-file', 'secret']

test('update sends what is given, and nothing else', async () => {
  const requests: unknown[] = []
  const scene = await openHostile(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push([request.method, request.url, request.headers['x-goog-api-key'], JSON.parse(body)])
    response.end(JSON.stringify({ id: 'a/b', uri: `${BRIDGE}/hooks`, name: 'second', state: 'enabled' }))
  })
  const { code, stdout } = await scene.webhooks('update', 'webhooks/a/b', '--name', 'second', '--state', 'enabled')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^name +second$/m)
  const url = '/v1beta/webhooks/a%2Fb?update_mask=name%2Cstate'
  expect(requests).toEqual([['PATCH', url, API_KEY, { name: 'second', state: 'enabled' }]])
})

test('update: all that can be changed, on the stand-in', async () => {
  const scene = await openStandin()
  const id = (await scene.webhooks(...create)).stdout.trim()
  const args = ['--url', `${BRIDGE}/b`, '--events', 'batch.failed', '--name', 'second', '--state', 'disabled']
  expect((await scene.webhooks('update', id, ...args)).code).toBe(0)
  const shown = JSON.parse((await scene.webhooks('get', id, '--json')).stdout)
  expect(shown).toMatchObject({
    uri: `${BRIDGE}/b`,
    subscribed_events: ['batch.failed'],
    name: 'second',
    state: 'disabled'
  })
})

test('update: a state that Gemini does not let go is no success', async () => {
  const webhook = { id: 'a', uri: `${BRIDGE}/hooks`, state: 'disabled_due_to_failed_deliveries' }
  const scene = await openHostile((_, response) => response.end(JSON.stringify(webhook)))
  const { code, stderr } = await scene.webhooks('update', 'a', '--state', 'enabled')
  expect(code).toBe(1)
  expect(stderr).toMatch(/says that it is disabled_due_to_failed_deliveries\. Create it anew/)
})

test('delete shows what it was; afterwards there is none', async () => {
  const scene = await openStandin()
  const id = (await scene.webhooks(...create)).stdout.trim()
  const { code, stdout } = await scene.webhooks('delete', id)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^state +deleted$.*^name +first$/ms)
  const again = await scene.webhooks('delete', id)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(new RegExp(`no webhook ${id} \\(404: .*See "webhooks list"`))
})

test('ping says what it does not know', async () => {
  const scene = await openStandin()
  const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
  const id = (await scene.webhooks('create', '--url', url, '--secret-file', 'secret')).stdout.trim()
  const { code, stdout, stderr } = await scene.webhooks('ping', id)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/does not say whether it arrives\. Look for/)
  await until(() => deliveries.length === 1)
})

test.each([
  [[]],
  [['lst']],
  [['list', '--jsn']],
  [['list', 'more']],
  [['create']],
  [['get']],
  [['get', '..']],
  [['get', 'webhooks/']],
  [['update', 'a']],
  [['update', 'a', '--state', 'on']],
  [['rotate', 'a', '--revoke', 'never']],
  [['rotate', 'a', '--config', 'bridge.yaml', '--secret-file', 'secret']]
])('usage: %j', async args => {
  const { code, stdout, stderr } = await openScene('http://127.0.0.1:1').webhooks(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^(error: |Usage: )/)
})

test.each([
  [{ GEMINI_API_KEY: '' }, /^GEMINI_API_KEY: it is not set\. Set it/],
  [{ GEMINI_API_KEY: `${API_KEY}\n` }, /^GEMINI_API_KEY: begins or ends with white space/],
  [{ GEMINI_API_KEY: `${API_KEY} ${API_KEY}` }, /^GEMINI_API_KEY: has characters/],
  [{ GOOGLE_GEMINI_BASE_URL: 'http://example.com' }, /^GOOGLE_GEMINI_BASE_URL: must be an https address/],
  [{ GOOGLE_GEMINI_BASE_URL: 'https://me:hunter2@example.com' }, /^GOOGLE_GEMINI_BASE_URL: must not hold a user/],
  [{ GOOGLE_GEMINI_BASE_URL: 'https://example.com?key=1' }, /^GOOGLE_GEMINI_BASE_URL: must have neither/],
  [{ GOOGLE_GEMINI_BASE_URL: 'example' }, /^GOOGLE_GEMINI_BASE_URL: is not a URL/]
])('access that cannot be used: %j', async (env, message) => {
  const { code, stdout, stderr } = await openScene('http://127.0.0.1:1', env).webhooks('list')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain(API_KEY)
  expect(stderr).not.toContain('hunter2')
})
