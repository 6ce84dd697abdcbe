import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, SECRET } from '../../config/folder.ts'
import { init, run, STDOUT } from './run.ts'

test('secrets in files: fresh, for their owner alone, and kept as they are afterwards', async () => {
  const directory = await folder()
  await init(`--webhooks both ${STDOUT}`, directory)
  for (const name of ['gemini-secret', 'gemini-token']) {
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
  }
  const read = () => Promise.all(['gemini-secret', 'gemini-token'].map(name => readFile(join(directory, name), 'utf8')))
  const secrets = await read()
  expect(secrets).toEqual([expect.stringMatching(/^whsec_[\w+/]{43}=\n$/), expect.stringMatching(/^[\w-]{32}\n$/)])
  const { code, stderr } = await init(`--webhooks both ${STDOUT} --force`, directory)
  expect(code).toBe(0)
  expect(stderr).toContain('gemini-secret is as it was')
  // It may be the real one by now.
  expect(stderr).not.toContain('remove the line')
  expect(stderr).not.toContain(secrets[0]?.trim())
  expect(await read()).toEqual(secrets)
  const other = await folder()
  await init(`--webhooks both ${STDOUT}`, other)
  expect(await readFile(join(other, 'gemini-secret'), 'utf8')).not.toBe(secrets[0])
})

test('a rotated file is kept, and one with something else in it is refused, even with --force', async () => {
  const directory = await folder({
    'gemini-secret': `${SECRET}\n${SECRET.replace('AQ', 'BQ')}\n`,
    'gemini-token': 'letmein'
  })
  expect(await init(`--webhooks static ${STDOUT}`, directory)).toMatchObject({ code: 0 })
  const { code, stderr } = await init(`--webhooks both ${STDOUT} --force --out other.yaml`, directory)
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /gemini-token: is there already, and holds something else than a callback token\. Move it away/
  )
  expect(stderr).not.toContain('letmein')
  expect((await readdir(directory)).sort()).toEqual(['bridge.yaml', 'gemini-secret', 'gemini-token'])
})

test('a file that is there stays, unless it is to be replaced', async () => {
  const directory = await folder({ 'bridge.yaml': 'precious' })
  const flags = `--webhooks static ${STDOUT}`
  const { code, stderr } = await init(flags, directory)
  expect(code).toBe(1)
  expect(stderr).toBe('--out: bridge.yaml is there already. Name another file, or replace it with --force\n')
  expect(await readdir(directory)).toEqual(['bridge.yaml'])
  expect(await readFile(join(directory, 'bridge.yaml'), 'utf8')).toBe('precious')
  expect(await init(`${flags} --force`, directory)).toMatchObject({ code: 0 })
  expect(await readFile(join(directory, 'bridge.yaml'), 'utf8')).toContain('adapter: stdout')
})

test('a folder that is not there, or cannot be written', async () => {
  const directory = await folder({ file: '' })
  await mkdir(join(directory, 'folder'))
  for (const [out, code] of [
    ['absent/bridge.yaml', 'ENOENT'],
    ['file/bridge.yaml', 'ENOTDIR'],
    ['folder --force', 'EISDIR'],
    ['/proc/bridge.yaml', 'ENOENT']
  ]) {
    const made = await init(`--webhooks static ${STDOUT} --out ${out}`, directory)
    expect(made.code, out).toBe(1)
    expect(made.stderr, out).toContain(`cannot be written (${code}). Name a file in a folder that is there`)
  }
  expect((await readdir(directory)).sort()).toEqual(['file', 'folder'])
})

test('- is standard output, and what the environment spoils is said as check says it', async () => {
  const directory = await folder()
  const made = await init(`--webhooks dynamic ${STDOUT} --out -`, directory)
  expect(made.code).toBe(0)
  await writeFile(join(directory, 'bridge.yaml'), made.stdout)
  expect(await run(['check', '--config', 'bridge.yaml'], directory)).toMatchObject({ code: 0 })
  expect(made.stderr).toContain('https://bridge.example.com/webhooks/gemini/jobs?token=$(cat gemini-token)')
  expect(made.stderr).not.toContain('webhooks create')

  const spoilt = await init(`--webhooks static ${STDOUT} --out other.yaml`, directory, { PORT: 'eighty' })
  expect(spoilt.code).toBe(1)
  expect(spoilt.stderr).toMatch(/^PORT: /m)
})
