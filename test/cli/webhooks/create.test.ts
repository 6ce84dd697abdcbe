// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to files
import { lstatSync, mkdirSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { subscribableTypes } from '../../../src/gemini/webhook.ts'
import { fingerprint } from '../../../src/verify/fingerprint.ts'
import { BRIDGE, configuration, openStandin, SECRET } from './scene.ts'

const OLDER = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

test('with a configuration: registers its endpoint, and writes the secret where its newest secret is read', async () => {
  const scene = await openStandin()
  scene.write('bridge.yaml', configuration('${file:secrets/gemini}'))
  mkdirSync(`${scene.folder}/secrets`)

  const { code, stdout, stderr } = await scene.webhooks('create', '--config', 'bridge.yaml', '--url', BRIDGE)

  expect(code).toBe(0)
  const secret = scene.read('secrets/gemini')
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*\n$/)
  expect(scene.mode('secrets/gemini')).toBe(0o600)
  expect(stderr).toContain(`secrets/gemini has its signing secret, key ${fingerprint(secret.trim())}.`)
  expect(stdout + stderr).not.toMatch(SECRET)
  const [webhook] = JSON.parse((await scene.webhooks('list', '--json')).stdout)
  expect(stdout).toBe(`${webhook.id}\n`)
  expect(webhook).toMatchObject({ uri: `${BRIDGE}/webhooks/gemini`, subscribed_events: subscribableTypes })
})

test('a secret that is there already stays below, in a file that stays as readable as it was', async () => {
  const scene = await openStandin()
  scene.write('bridge.yaml', configuration('${file:gemini}'))
  scene.write('gemini', OLDER)
  const { code } = await scene.webhooks('create', '-c', 'bridge.yaml', '--url', `${BRIDGE}/webhooks/gemini`)
  expect(code).toBe(0)
  expect(scene.read('gemini')).toMatch(new RegExp(`^whsec_[^\n]+\n${OLDER.replaceAll('+', '\\+')}\n$`))
  expect(scene.mode('gemini')).toBe(0o644)
})

test('behind a symbolic link, the file is replaced, and the link stays', async () => {
  const scene = await openStandin()
  scene.write('bridge.yaml', configuration('${file:link}'))
  symlinkSync('not-there-yet', `${scene.folder}/link`)
  for (const lines of [2, 3]) {
    const { code } = await scene.webhooks('create', '--config', 'bridge.yaml', '--url', BRIDGE)
    expect(code).toBe(0)
    expect(lstatSync(`${scene.folder}/link`).isSymbolicLink()).toBe(true)
    expect(scene.read('not-there-yet').split('\n')).toHaveLength(lines)
  }
})

test('without a file, the secret alone is on standard output', async () => {
  const scene = await openStandin()
  const { code, stdout, stderr } = await scene.webhooks('create', '--url', `${BRIDGE}/hooks`, '--name', 'production')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^whsec_[A-Za-z0-9+/]+=*\n$/)
  expect(stderr).toContain('this once')
  expect(stderr).not.toMatch(SECRET)
  expect((await scene.webhooks('list')).stdout).toContain('production')
})

test('--secret-file: the secret alone, for its owner alone; an older one is replaced', async () => {
  const scene = await openStandin()
  scene.write('secret', `${OLDER}\n`)
  const events = 'batch.failed, batch.succeeded,batch.failed'
  const args = ['create', '--url', `${BRIDGE}/hooks`, '--secret-file', 'secret', '--events', events]
  const { code, stdout, stderr } = await scene.webhooks(...args)
  expect(code).toBe(0)
  expect(scene.read('secret')).toMatch(/^whsec_[^\n]+\n$/)
  expect(scene.read('secret')).not.toContain(OLDER)
  expect(scene.mode('secret')).toBe(0o600)
  expect(stdout + stderr).not.toMatch(SECRET)
  const [webhook] = JSON.parse((await scene.webhooks('list', '--json')).stdout)
  expect(webhook.subscribed_events).toEqual(['batch.failed', 'batch.succeeded'])
})

test('--secret-file beside a configuration: the one says where, the other which endpoint', async () => {
  const scene = await openStandin()
  scene.write('bridge.yaml', configuration('${env:GEMINI_WEBHOOK_SECRET}'))
  const { code } = await scene.webhooks(
    ...['create', '--config', 'bridge.yaml', '--url', BRIDGE, '--secret-file', 'secret']
  )
  expect(code).toBe(0)
  expect(scene.read('secret')).toMatch(SECRET)
  expect((await scene.webhooks('list')).stdout).toContain(`${BRIDGE}/webhooks/gemini`)
})

const several = `${configuration('${file:a}')}`.replace(
  'endpoints:',
  'endpoints:\n  - path: /other\n    verify: { static: { secrets: ["${file:b}"] } }'
)
test.each([
  [
    'the newest secret is no file',
    configuration('${env:GEMINI_WEBHOOK_SECRET}'),
    BRIDGE,
    /^bridge\.yaml:6:\d+: endpoints\[1\]\.verify\.static\.secrets\[0\]: is no reference to a file.*--secret-file/
  ],
  ['it is more than a reference', configuration('${file:a}${file:b}'), BRIDGE, /is no reference to a file/],
  [
    'another path',
    configuration('${file:a}'),
    `${BRIDGE}/webhooks/gemini/jobs`,
    /\(\/webhooks\/gemini\), not in .*jobs/
  ],
  ['which endpoint?', several, BRIDGE, /several static endpoints: \/other, \/webhooks\/gemini/],
  ['no static endpoint', 'endpoints: []', BRIDGE, /has no static endpoint/],
  ['no endpoints', 'destinations: {}', BRIDGE, /endpoints: is missing/],
  ['no YAML', 'endpoints: [', BRIDGE, /not valid YAML/],
  ['no folder', configuration('${file:nowhere/a}'), BRIDGE, /no folder for nowhere\/a \(ENOENT\)\. Make it/],
  ['a folder that is a file', configuration('${file:bridge.yaml/a}'), BRIDGE, /bridge\.yaml\/a \(ENOTDIR\)\. Make it/],
  ['a folder', configuration('${file:.}'), BRIDGE, /is not a regular file/],
  ['something else', configuration('${file:bridge.yaml}'), BRIDGE, /bridge\.yaml holds something else than signing/],
  ['a folder that nobody writes', configuration('${file:/proc/secret}'), BRIDGE, /\/proc\/secret/]
])('refused before Gemini is asked: %s', async (_, text, url, message) => {
  const scene = await openStandin()
  scene.write('bridge.yaml', text)
  const { code, stdout, stderr } = await scene.webhooks('create', '--config', 'bridge.yaml', '--url', url)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/^ +at /m)
  expect((await scene.webhooks('list', '--json')).stdout).toBe('[]\n')
})

test.each([
  ['http://bridge.example.com/hooks', /must begin with https/],
  ['https://me:hunter2@bridge.example.com/hooks', /must not hold a user name or password/],
  ['https://bridge.example.com/hooks#here', /must not have a fragment/],
  ['bridge.example.com/hooks', /is not a URL|must begin with https/]
])('a URL that cannot be registered: %s', async (url, message) => {
  const scene = await openStandin()
  const { code, stderr } = await scene.webhooks('create', '--url', url, '--events', 'batch.succeded,nonsense')
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('hunter2')
  expect(stderr).toContain('"batch.succeded" (did you mean "batch.succeeded"?)')
  expect((await scene.webhooks('list', '--json')).stdout).toBe('[]\n')
})

test('what is odd about a URL is worth a word', async () => {
  const scene = await openStandin()
  expect((await scene.webhooks('create', '--url', BRIDGE)).stderr).toMatch(/has no path/)
  expect((await scene.webhooks('create', '--url', `${BRIDGE}/hooks?token=x`)).stderr).toMatch(/has a query/)
})
