import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openSecretFile } from '../../../src/cli/webhooks/secret-file.ts'
import { root, start } from '../../spawn.ts'
import { BRIDGE, openHostile, openScene, SECRET } from './scene.ts'

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
const open = (folder: string, mode: 'kept' | 'new' = 'kept') => openSecretFile('a', { directory: folder, mode })

test('a file that cannot be replaced any more is whole, and nothing is left beside it', async () => {
  const { folder, write, read } = openScene('http://127.0.0.1:1')
  write('a', `${OLD}\n`)
  const file = await open(folder)
  // Since then, something has happened to the place.
  rmSync(`${folder}/a`)
  mkdirSync(`${folder}/a`)
  write('a/kept', OLD)
  await expect(file.write([NEW])).rejects.toThrow()
  expect(read('a/kept')).toBe(OLD)
  expect(readdirSync(folder)).toEqual(['a'])
})

test('whoever reads it meanwhile finds all of one or all of the other', async () => {
  const { folder, write, read } = openScene('http://127.0.0.1:1')
  write('a', `${OLD}\n`)
  const file = await open(folder)
  let writing = true
  const done = (async () => {
    for (let count = 0; count < 100; count += 1) await file.write(count % 2 === 0 ? [NEW, OLD] : [OLD])
    writing = false
  })()
  const seen = new Set<string>()
  while (writing) {
    seen.add(read('a'))
    await new Promise(setImmediate)
  }
  await done
  expect([...seen].sort()).toEqual([`${OLD}\n`, `${NEW}\n${OLD}\n`].sort())
})

test.each([
  ['kept', 0o640],
  ['new', 0o600]
] as const)('mode %s', async (mode, expected) => {
  const scene = openScene('http://127.0.0.1:1')
  scene.write('a', `${OLD}\n`)
  chmodSync(`${scene.folder}/a`, 0o640)
  const file = await open(scene.folder, mode)
  expect(file.held).toEqual([OLD])
  expect(scene.mode('a')).toBe(0o640)
  await file.write([NEW])
  expect(scene.mode('a')).toBe(expected)
  expect(scene.read('a')).toBe(`${NEW}\n`)
})

test('what could not be written after all goes to standard output rather than be lost', async () => {
  const scene = await openHostile((_, response) => {
    // Between the proof and the secret.
    mkdirSync(`${scene.folder}/secret`)
    response.end(JSON.stringify({ id: 'a', uri: `${BRIDGE}/hooks`, new_signing_secret: NEW }))
  })
  const args = ['create', '--url', `${BRIDGE}/hooks`, '--secret-file', 'secret']
  const { code, stdout, stderr } = await scene.webhooks(...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: `a\n${NEW}\n` })
  expect(stderr).toMatch(/could not go into secret \(.*EISDIR.*\)\. It is on standard output/)
  expect(stderr).not.toMatch(SECRET)
  expect(readdirSync(scene.folder)).toEqual(['secret'])
})

test('two that write at once lose neither secret', async () => {
  const { folder, write, read } = openScene('http://127.0.0.1:1')
  write('a', `${OLD}\n`)
  const [one, other] = [await open(folder), await open(folder)]
  const third = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
  await one.write([NEW, OLD])
  await other.write([third, OLD])
  expect(read('a')).toBe(`${third}\n${NEW}\n${OLD}\n`)
})

test.each([
  ['is closed', '| true', 1],
  ['takes nothing', '> /dev/full', 70]
])('a secret that standard output does not get, since it %s, is no success', async (_what, end, code) => {
  const scene = await openHostile((_, response) => {
    response.end(JSON.stringify({ id: 'a', uri: `${BRIDGE}/hooks`, new_signing_secret: NEW, secret: NEW }))
  })
  const command = `${process.execPath} ${root}src/main.ts webhooks rotate a ${end}; exit $PIPESTATUS`
  const program = start('bash', ['-c', command], { cwd: scene.folder, env: scene.env })
  expect(await program.exit()).toBe(code)
  if (code === 70) expect(program.stderr).toContain('nothing shows it again: rotate anew')
  expect(program.stderr).not.toMatch(SECRET)
})
