import { glob, readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../spawn.ts'

// Every threat names its tests: they are there, npm test runs them, and they say what the page says that they say.

interface Evidence {
  readonly path: string
  readonly title: string | undefined
}

let rows: readonly (readonly Evidence[])[] = []
beforeAll(async () => {
  const page = await readFile(`${root}SECURITY.md`, 'utf8')
  const table = page.split('\n').filter(line => /^\|.*\|.*\|.*\|$/.test(line) && !line.startsWith('|---'))
  rows = table.slice(1).map(line => {
    const cell = line.split(' | ').at(-1) ?? ''
    return Array.from(cell.matchAll(/`([^`]+)`(?: "([^"]+)")?/g), ([, path = '', title]) => ({ path, title }))
  })
})

test('every threat is answered by a test', () => {
  expect(rows.length).toBeGreaterThan(25)
  for (const [index, evidence] of rows.entries()) expect(evidence.length, `row ${index + 1}`).toBeGreaterThan(0)
})

test('each is there, and says so', async () => {
  for (const { path, title = '' } of rows.flat()) {
    const source = await readFile(root + path, 'utf8')
    expect(source.includes(title), `${path} "${title}"`).toBe(true)
  }
})

test('npm test runs each, and not only the full run', async () => {
  const files: string[] = []
  for await (const file of glob('test/**/*.test.ts', { cwd: root })) files.push(file)
  for (const { path } of rows.flat()) {
    expect(files).toContain(path)
    const source = await readFile(root + path, 'utf8')
    expect(/TEST_FULL|\.skip\b|runIf\(full/.test(source), path).toBe(false)
  }
})
