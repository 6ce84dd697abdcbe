import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlocks } from '../docs/code-blocks.ts'
import { root } from '../spawn.ts'

/** The files of the adapter in CONTRIBUTING.md, as they are printed there. */
export async function printedAdapter() {
  const scripts = await codeBlocks('CONTRIBUTING.md', 'js')
  const [manifest = ''] = await codeBlocks('CONTRIBUTING.md', 'json')
  const scriptWith = (text: string) => scripts.find(script => script.includes(text)) ?? ''
  return {
    'index.js': scriptWith('defineAdapter'),
    'contract.test.js': scriptWith('adapterContract'),
    'package.json': manifest
  }
}

/**
 * Writes that adapter with its harness into a folder, as a package.
 * @param changes in its package.json
 */
export async function writePackage(folder: string, changes: object = {}): Promise<void> {
  const files = await printedAdapter()
  await mkdir(folder, { recursive: true })
  const manifest = JSON.stringify({ ...JSON.parse(files['package.json']), ...changes })
  for (const [name, text] of Object.entries({ ...files, 'package.json': manifest })) {
    await writeFile(join(folder, name), text)
  }
  await cp(`${root}test/adapters/redis-streams`, folder, { recursive: true })
}
