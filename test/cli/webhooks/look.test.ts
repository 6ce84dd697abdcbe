import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { sample } from '../../../src/standin/samples.ts'
import { start } from '../../spawn.ts'
import { openReceiver } from '../../standin/receiver.ts'
import { BRIDGE, openHostile, openStandin } from './scene.ts'

const tokens = (line = '') => line.split(/ {2,}/)

test('list: a line each, in columns', async () => {
  const scene = await openStandin({ now: () => Date.now() - 12.2 * 24 * 60 * 60 * 1000 })
  const ids: string[] = []
  for (const name of ['production', 'a name, longer']) {
    const args = ['create', '--url', `${BRIDGE}/${ids.length}`, '--name', name, '--secret-file', 'secret']
    ids.push((await scene.webhooks(...args)).stdout.trim())
  }
  await scene.webhooks('update', ids[1] ?? '', '--events', 'video.generated')
  await scene.webhooks('rotate', ids[1] ?? '', '--secret-file', 'secret')
  const { code, stdout, stderr } = await scene.webhooks('list')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [head, first, second] = stdout.split('\n')
  expect(tokens(head)).toEqual(['id', 'state', 'uri', 'events', 'secret', 'name'])
  expect(tokens(first)).toEqual([ids[0], 'enabled', `${BRIDGE}/0`, 'all', 'at most 12d old', 'production'])
  const secret = expect.stringMatching(/^12d old, one before until \d{4}-.*Z$/)
  expect(tokens(second)).toEqual([ids[1], 'enabled', `${BRIDGE}/1`, 'video.generated', secret, 'a name, longer'])
  expect(head?.indexOf('name')).toBe(second?.indexOf('a name'))
})

test('list: without any, and all pages of many', async () => {
  const scene = await openStandin()
  const none = await scene.webhooks('list')
  expect(none).toMatchObject({ code: 0, stdout: '' })
  expect(none.stderr).toContain('webhooks create --url')
  const headers = { 'x-goog-api-key': scene.env['GEMINI_API_KEY'] ?? '', 'content-type': 'application/json' }
  const body = JSON.stringify({ uri: `${BRIDGE}/hooks`, subscribed_events: ['batch.failed'] })
  for (let count = 0; count < 250; count += 1) {
    const { ok } = await fetch(`${scene.gemini.url}/v1beta/webhooks`, { method: 'POST', headers, body })
    expect(ok).toBe(true)
  }
  const all = JSON.parse((await scene.webhooks('list', '--json')).stdout)
  expect(new Set(all.map(({ id }: { id: string }) => id)).size).toBe(250)
})

test('a webhook that Gemini has disabled: the command that is printed enables it', async () => {
  const scene = await openStandin({ failuresUntilDisabled: 2 })
  const { url, deliveries } = await openReceiver(response => response.writeHead(503).end())
  const id = (await scene.webhooks('create', '--url', url, '--secret-file', 'secret')).stdout.trim()
  const emit = () => scene.gemini.emit({ id: `msg_${randomUUID()}`, body: JSON.stringify(sample('batch.failed')) })
  for (let count = 0; count < 3; count += 1) await emit()
  expect(deliveries).toHaveLength(2)

  const listed = await scene.webhooks('list')
  expect(listed.stdout).toContain('disabled_due_to_failed_deliveries')
  expect(listed.stderr).toContain('is not delivered again')
  const command = /^ {4}npm run -s bridge -- (webhooks update .*)$/m.exec(listed.stderr)?.[1]
  expect(command).toBe(`webhooks update ${id} --state enabled`)
  expect((await scene.webhooks('get', id, '--json')).stderr).toContain(command)

  const enabled = start('sh', ['-c', `"${process.execPath}" src/main.ts ${command}`], { env: scene.env })
  expect(await enabled.exit()).toBe(0)
  expect(enabled.stdout).toMatch(/^state +enabled$/m)
  expect((await scene.webhooks('list')).stderr).toBe('')
  await emit()
  expect(deliveries).toHaveLength(3)
})

test('get: everything that is known', async () => {
  const scene = await openStandin()
  const id = (await scene.webhooks('create', '--url', `${BRIDGE}/hooks`, '--secret-file', 'secret')).stdout.trim()
  const { stdout, stderr } = await scene.webhooks('get', id)
  expect(stderr).toBe('')
  expect(stdout).toMatch(new RegExp(`^id +${id}$.*^secrets +whsec_....\\.\\.\\.$.*^created +\\d{4}-`, 'ms'))
  const json = JSON.parse((await scene.webhooks('get', `webhooks/${id}`, '--json')).stdout)
  expect(json).toMatchObject({ id, uri: `${BRIDGE}/hooks`, signing_secrets: [{}] })
})

test('nothing of what others have written acts on the terminal, or on the shell that it is pasted into', async () => {
  const id = "$(touch pwned)';`x`"
  const name = '\u001b[2J\u0007\u202egnp.exe\u2028\u009b31m\u{e0041}'
  const webhook = { id, uri: `https://x/\r\n${name}`, name, state: 'disabled_due_to_failed_deliveries', extra: name }
  const scene = await openHostile((_, response) => response.end(JSON.stringify({ webhooks: [webhook] })))
  const plain = await scene.webhooks('list')
  const json = await scene.webhooks('list', '--json')
  for (const { code, stdout, stderr } of [plain, json]) {
    expect(code).toBe(0)
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  }
  expect(plain.stdout.trimEnd().split('\n')).toHaveLength(2)
  expect(plain.stderr).toContain(String.raw`webhooks update '$(touch pwned)'\'';${'`x`'}' --state enabled`)
  expect(JSON.parse(json.stdout)).toEqual([webhook])
})
