// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to files
import { symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fingerprint } from '../../../src/verify/fingerprint.ts'
import { BRIDGE, configuration, openHostile, openStandin, type Scene, SECRET } from './scene.ts'

const OLDER = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const lines = (text: string) => text.trimEnd().split('\n')

/** A webhook that is registered from a configuration with these secrets; the first is in the file `a`. */
async function registered(...secrets: readonly string[]): Promise<{ scene: Scene; id: string; old: string }> {
  const scene = await openStandin()
  scene.write('bridge.yaml', configuration(...secrets))
  const { stdout } = await scene.webhooks('create', '--config', 'bridge.yaml', '--url', BRIDGE)
  return { scene, id: stdout.trim(), old: scene.read('a').trim() }
}

test('one file: the new secret goes first, the old one stays below', async () => {
  const { scene, id, old } = await registered('${file:a}')
  const { code, stdout, stderr } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  const [secret = '', ...others] = lines(scene.read('a'))
  expect(secret).not.toBe(old)
  expect(others).toEqual([old])
  expect(scene.read('a')).toBe(`${secret}\n${old}\n`)
  expect(stderr).toContain(`key ${fingerprint(secret)}, and below it what was there: key ${fingerprint(old)}`)
  expect(stderr).toMatch(/stays valid until \d{4}-\d\d-\d\dT.*signatures_total\{key\}/)
  expect(stderr).not.toMatch(SECRET)
})

test('two files: the old secret goes to the second, before what is there', async () => {
  const { scene, id, old } = await registered('${file:a}', '${file:b}')
  scene.write('b', OLDER)
  for (const before of [[OLDER], [old, OLDER]]) {
    const [last = ''] = lines(scene.read('a'))
    const { code } = await scene.webhooks('rotate', `webhooks/${id}`, '--config', 'bridge.yaml')
    expect(code).toBe(0)
    expect(lines(scene.read('a'))).toHaveLength(1)
    expect(lines(scene.read('b'))).toEqual([last, ...before])
  }
})

test('two entries that are one file in the end are one file', async () => {
  const { scene, id, old } = await registered('${file:a}', '${file:b}')
  symlinkSync('a', `${scene.folder}/b`)
  await scene.webhooks('rotate', id, '--config', 'bridge.yaml')
  expect(lines(scene.read('a'))).toEqual([expect.stringMatching(SECRET), old])
})

test('the second file has the old secret before there is a new one', async () => {
  let meanwhile = ''
  const scene = await openHostile((request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify({ id: 'x', uri: `${BRIDGE}/webhooks/gemini` }))
    meanwhile = scene.read('b')
    return response.writeHead(503).end()
  })
  scene.write('bridge.yaml', configuration('${file:a}', '${file:b}'))
  scene.write('a', OLDER)
  const { code, stderr } = await scene.webhooks('rotate', 'x', '--config', 'bridge.yaml')
  expect(code).toBe(1)
  expect(stderr).toContain('rotate it again')
  expect(meanwhile).toBe(`${OLDER}\n`)
  // What failed has taken nothing away.
  expect(scene.read('a')).toBe(OLDER)
})

test('immediately: what is revoked stays nowhere that the command knows, and it says what to do about the rest', async () => {
  const { scene, id, old } = await registered('${file:a}', '${file:b}')
  scene.write('b', `${OLDER}\n`)
  scene.write('a', `${old}\n${OLDER}\n`)
  const { code, stderr } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml', '--revoke', 'immediately')
  expect(code).toBe(0)
  expect(lines(scene.read('a'))).toEqual([expect.stringMatching(SECRET)])
  expect(scene.read('a')).not.toContain(old)
  expect(scene.read('b')).toBe(`${OLDER}\n`)
  expect(stderr).toMatch(/revoked.*\nRemove what is revoked/s)
  const shown = JSON.parse((await scene.webhooks('get', id, '--json')).stdout)
  expect(shown.signing_secrets).toHaveLength(1)
})

test('immediately, with one file: the new secret is alone in it', async () => {
  const { scene, id } = await registered('${file:a}')
  await scene.webhooks('rotate', id, '--config', 'bridge.yaml')
  expect(lines(scene.read('a'))).toHaveLength(2)
  const { code, stderr } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml', '--revoke', 'immediately')
  expect(code).toBe(0)
  expect(lines(scene.read('a'))).toEqual([expect.stringMatching(SECRET)])
  expect(stderr).not.toContain('Remove what is revoked')
})

test("immediately, beside another webhook's secret: refused, before anything is lost", async () => {
  const { scene, id } = await registered('${file:a}')
  const other = (await scene.webhooks('create', '--config', 'bridge.yaml', '--url', BRIDGE)).stdout.trim()
  const before = scene.read('a')
  const { code, stderr } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml', '--revoke', 'immediately')
  expect(code).toBe(1)
  expect(stderr).toContain(`takes other webhooks too (${other})`)
  expect(scene.read('a')).toBe(before)
  expect(JSON.parse((await scene.webhooks('get', id, '--json')).stdout).signing_secrets).toHaveLength(1)
})

test('without a file, the secret alone is on standard output; with --secret-file, in it', async () => {
  const { scene, id } = await registered('${file:a}')
  const { code, stdout, stderr } = await scene.webhooks('rotate', id)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^whsec_[^\n]+\n$/)
  expect(stderr).not.toMatch(SECRET)
  const filed = await scene.webhooks('rotate', id, '--secret-file', 'new')
  expect(filed).toMatchObject({ code: 0, stdout: '' })
  expect(filed.stderr).not.toMatch(SECRET)
  expect(lines(scene.read('new'))).toEqual([expect.stringMatching(SECRET)])
  expect(scene.mode('new')).toBe(0o600)
})

test('a webhook that goes elsewhere than the configuration', async () => {
  const { scene } = await registered('${file:a}')
  const before = scene.read('a')
  const args = ['create', '--url', `${BRIDGE}/elsewhere`, '--secret-file', 'b']
  const id = (await scene.webhooks(...args)).stdout.trim()
  const { code, stderr } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml')
  expect(code).toBe(1)
  expect(stderr).toMatch(/goes to https:\/\/bridge\.example\.com\/elsewhere, and bridge\.yaml has no static endpoint/)
  expect(scene.read('a')).toBe(before)
})
