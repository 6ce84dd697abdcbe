import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../spawn.ts'
import { folder, MINIMAL } from './folder.ts'

const run = promisify(execFile)

test('an adapter in a folder of its own, without a package of the bridge, is given that of the bridge that runs', async () => {
  const directory = await folder({
    'own.mjs': `
      import { defineAdapter, z } from 'gemini-event-bridge/adapter'
      export default defineAdapter({ name: 'own', options: z.strictObject({ color: z.string() }), connect: () => {} })`,
    'bridge.yaml': MINIMAL.replace('adapter: stdout', 'adapter: ./own.mjs, color: green')
  })
  const { stdout } = await run(process.execPath, [join(root, 'src/main.ts'), 'check', '--config', 'bridge.yaml'], {
    cwd: directory
  })
  expect(stdout).toContain('color: green')
})
