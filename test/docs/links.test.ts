import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../spawn.ts'
import { anchorOf } from './anchor.ts'

// Every link from one page of this repository to another leads somewhere, to its heading too.

const pages = new Map<string, string>()
beforeAll(async () => {
  for await (const page of glob(['*.md', '{adapters,deploy,docs}/**/*.md'], { cwd: root })) {
    pages.set(page, (await readFile(join(root, page), 'utf8')).replaceAll(/^```.*?^```$/gms, ''))
  }
})

const anchorsOf = (text: string) => Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => anchorOf(heading))

test('links lead to pages, folders and headings that are there', () => {
  const dead: string[] = []
  let count = 0
  for (const [page, text] of pages) {
    for (const [, link = ''] of text.matchAll(/\]\(((?!https?:|mailto:)[^)\s]+)\)/g)) {
      count += 1
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      const headings = anchorsOf(pages.get(target) ?? '')
      if (!existsSync(join(root, target)) || (anchor && !headings.includes(anchor))) dead.push(`${page}: ${link}`)
    }
  }
  expect(count).toBeGreaterThan(60)
  expect(dead).toEqual([])
})
