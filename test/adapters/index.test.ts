import { readdirSync } from 'node:fs'
import { parse } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adapters } from '../../adapters/index.ts'

const folder = new URL('../../adapters/', import.meta.url)

describe('the list of adapters', () => {
  it('has every adapter in the folder, and nothing else', () => {
    const names = new Set(readdirSync(folder).map(file => parse(file).name))
    for (const other of ['index', 'lane', 'README']) names.delete(other)
    expect(Object.keys(adapters).toSorted()).toEqual([...names].toSorted())
  })

  it.each(Object.entries(adapters))('%s calls itself so', async (name, load) => {
    expect((await load()).default.name).toBe(name)
  })

  it.each(Object.entries(adapters))('each option of %s has a description', async (_name, load) => {
    const { options } = (await load()).default
    for (const [key, option] of Object.entries(options.shape)) expect(option.description, key).toBeTruthy()
  })
})
