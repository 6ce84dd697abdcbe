import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { watchFiles } from '../../src/config/watch.ts'
import { until } from '../ingress/harness.ts'
import { folder } from './folder.ts'

const NEVER = 3_600_000

function startWatching(paths: readonly string[], poll = NEVER) {
  const seen = { looks: 0, at: Promise.resolve() }
  const watched = watchFiles(
    paths,
    async () => {
      seen.looks += 1
      await seen.at
    },
    poll
  )
  onTestFinished(() => watched.close())
  return Object.assign(seen, { watched })
}

test('looks when a file is written, replaced, taken away, and put there again', async () => {
  const directory = await folder({ secret: 'a' })
  const path = join(directory, 'secret')
  const seen = startWatching([path])
  const steps = [
    () => writeFile(path, 'b'),
    async () => {
      await writeFile(`${path}.new`, 'c')
      await rename(`${path}.new`, path)
    },
    () => rm(path),
    () => writeFile(path, 'd')
  ]
  for (const step of steps) {
    const before = seen.looks
    await step()
    await until(() => seen.looks > before)
  }
})

test('looks when Kubernetes swaps the link to a new version of a volume', async () => {
  const directory = await folder()
  const version = async (name: string, text: string) => {
    await mkdir(join(directory, name))
    await writeFile(join(directory, name, 'secret'), text)
  }
  await version('..2026_1', 'a')
  await symlink('..2026_1', join(directory, '..data'))
  await symlink('..data/secret', join(directory, 'secret'))
  const seen = startWatching([join(directory, 'secret')])
  await version('..2026_2', 'b')
  await symlink('..2026_2', join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  await until(() => seen.looks > 0)
})

test('looks without any event as well: some volumes have none', async () => {
  const seen = startWatching(['/absent/folder/secret'], 20)
  await until(() => seen.looks > 3)
})

test('never looks twice at a time, and once more for what came meanwhile', async () => {
  const gate = Promise.withResolvers<void>()
  const seen = startWatching(['/absent/folder/secret'])
  seen.at = gate.promise
  for (let count = 0; count < 5; count++) seen.watched.look()
  expect(seen.looks).toBe(1)
  gate.resolve()
  await until(() => seen.looks === 2)
  await new Promise(setImmediate)
  expect(seen.looks).toBe(2)
})

test('other files of the folder are no reason', async () => {
  const directory = await folder({ secret: 'a', log: '' })
  const seen = startWatching([join(directory, 'secret')])
  const witness = startWatching([join(directory, 'log')])
  await writeFile(join(directory, 'log'), 'a line')
  await until(() => witness.looks > 0)
  expect(seen.looks).toBe(0)
})

test('after close nothing is', async () => {
  const directory = await folder({ secret: 'a' })
  const seen = startWatching([join(directory, 'secret')], 10)
  const witness = startWatching([join(directory, 'secret')])
  seen.watched.close()
  seen.watched.look()
  await writeFile(join(directory, 'secret'), 'b')
  await until(() => witness.looks > 0)
  expect(seen.looks).toBe(0)
})
