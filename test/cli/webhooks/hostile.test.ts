// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to files
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { freePort } from '../../spawn.ts'
import { API_KEY, BRIDGE, configuration, openHostile, openScene, SECRET } from './scene.ts'

// An API that is down, broken, or none at all: exit code 1, a remedy, and neither key nor secret.

const LEAKED = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const googleError = (code: number, message: string) => JSON.stringify({ error: { code, message, status: 'X' } })
const create = ['create', '--url', `${BRIDGE}/hooks`]
const DONE = /Look at "npm run -s bridge -- webhooks list" before you try again/

const answering =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, headers).end(body)

test.each([
  ['500 with HTML', answering(500, '<!doctype html>'), /cannot do it now \(500\)\. Wait a little/, true],
  ['503', answering(503, googleError(503, 'Overloaded.')), /\(503: Overloaded\)\. Wait a little/, true],
  ['429', answering(429, googleError(429, 'Quota.')), /\(429: Quota\)\. Wait a little/, false],
  ['401', answering(401, googleError(401, `No ${API_KEY}`)), /refused the API key \(401: No …\)\. Check/, false],
  ['403', answering(403, googleError(403, 'Not allowed')), /refused the API key \(403: Not allowed\)\. Check/, false],
  ['400', answering(400, googleError(400, 'uri is unsafe')), /refused it \(400: uri is unsafe\)\. Correct/, false],
  ['404', answering(404, ''), /no registration of webhooks at .*Correct GOOGLE_GEMINI_BASE_URL/, false],
  ['redirect', answering(302, '', { location: 'https://evil.example' }), /302, a redirect.*must not follow/, false],
  ['a secret echoed', answering(400, googleError(400, `bad ${LEAKED}`)), /400: bad whsec_…\)/, false],
  ['a long story', answering(400, googleError(400, 'x'.repeat(100_000))), /x{300}…\)\. Correct/, false],
  ['escapes', answering(400, googleError(400, '\u001b]0;x\u0007')), /\\u001b\]0;x\\u0007/, false],
  ['no JSON', answering(200, 'OK'), /not as the Gemini API does\. Check/, true],
  ['missing fields', answering(200, '{"uri":"https://x"}'), /not as the Gemini API does\. Check/, true],
  ['an id that is none', answering(200, '{"id":7,"uri":"https://x"}'), /not as the Gemini API does\. Check/, true],
  ['a huge answer', answering(200, ' '.repeat(5 * 1024 * 1024)), /larger than 4 MiB\. Check/, true],
  ['cut off', (_: IncomingMessage, response: ServerResponse) => response.destroy(), /No answer from .*Check/, true]
] as const)('create: %s', async (_, listener, message, perhapsDone) => {
  let requests = 0
  const scene = await openHostile((request, response) => {
    requests += 1
    listener(request, response)
  })
  const { code, stdout, stderr } = await scene.webhooks(...create)
  expect({ code, stdout, requests }).toEqual({ code: 1, stdout: '', requests: 1 })
  expect(stderr).toMatch(message)
  expect(DONE.test(stderr)).toBe(perhapsDone)
  expect(stderr).not.toContain(API_KEY)
  expect(stderr).not.toMatch(SECRET)
  expect(stderr).not.toMatch(/^ +at /m)
})

test('nothing listens there: nothing can have been done', async () => {
  const { code, stderr } = await openScene(`http://127.0.0.1:${await freePort()}`).webhooks(...create)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^No answer from http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\. Check .*\n$/)
})

test('it hangs: ten seconds, and then what it means', async () => {
  const scene = await openHostile(() => {})
  const { code, stderr } = await scene.webhooks('rotate', 'a')
  expect(code).toBe(1)
  expect(stderr).toMatch(/\(after 10 s\).*\nIf it was done all the same.*rotate it again/)
}, 20_000)

test('it hangs in the middle of its answer, and a signal ends the waiting', async () => {
  let asked = () => {}
  const begun = new Promise<void>(resolve => {
    asked = resolve
  })
  const scene = await openHostile((_, response) => {
    response.writeHead(200).write('{"webhooks":[')
    asked()
  })
  const program = scene.start('list')
  await begun
  const since = performance.now()
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(1)
  // Without the signal, its deadline would have ended it.
  expect(performance.now() - since).toBeLessThan(8000)
  expect(program.stderr).toMatch(/\(stopped by SIGTERM\)/)
})

test('a list without an end', async () => {
  const scene = await openHostile(answering(200, '{"webhooks":[],"next_page_token":"more"}'))
  const { code, stdout, stderr } = await scene.webhooks('list')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/has no end\. Check/)
})

test('the key is masked wherever the far side says it', async () => {
  const webhook = { id: API_KEY, uri: `https://x/?key=${API_KEY}`, name: API_KEY, new_signing_secret: LEAKED }
  const scene = await openHostile(answering(200, JSON.stringify({ ...webhook, webhooks: [webhook] })))
  scene.write('bridge.yaml', configuration('${file:a}'))
  for (const args of [['list'], ['list', '--json'], ['get', 'a'], ['rotate', 'a', '--config', 'bridge.yaml']]) {
    const { stdout, stderr } = await scene.webhooks(...args)
    expect(stdout + stderr).toContain('…')
    expect(stdout + stderr).not.toContain(API_KEY)
    expect(stdout + stderr).not.toMatch(SECRET)
  }
})

test('created, but without its secret: it says how to get one', async () => {
  const scene = await openHostile(answering(200, JSON.stringify({ id: 'a', uri: `${BRIDGE}/hooks` })))
  const { code, stdout, stderr } = await scene.webhooks(...create)
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'a\n' })
  expect(stderr).toContain('webhooks rotate a')
})

test('a secret of another form is not lost, and spoils no file of the configuration', async () => {
  const answer = { id: 'a', uri: `${BRIDGE}/hooks`, new_signing_secret: 'v9;something-new' }
  const scene = await openHostile(answering(200, JSON.stringify(answer)))
  const held = `whsec_${Buffer.alloc(32, 1).toString('base64')}\n`
  scene.write('secret', held)
  const verify = { static: { secrets: [`\${file:secret}`] } }
  scene.write('bridge.yaml', JSON.stringify({ endpoints: [{ path: '/hooks', verify }] }))
  const { code, stdout, stderr } = await scene.webhooks(...create, '--config', 'bridge.yaml')
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'a\nv9;something-new\n' })
  expect(stderr).toMatch(/could not go into secret \(The signing secret .*standard output, this once/)
  expect(scene.read('secret')).toBe(held)
})

test('into another file it goes as it is, with a word', async () => {
  const answer = { id: 'a', uri: `${BRIDGE}/hooks`, new_signing_secret: 'whsec_made_up' }
  const scene = await openHostile(answering(200, JSON.stringify(answer)))
  const command = [...create, '--secret-file', 'secret']
  const { code, stdout, stderr } = await scene.webhooks(...command)
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'a\n' })
  expect(stderr).toMatch(/would not take it: The signing secret is URL-safe base64/)
  expect(scene.read('secret')).toBe('whsec_made_up\n')
  // It does not stand in the way of the next one.
  expect((await scene.webhooks(...command)).code).toBe(0)
})
