import { expect, test } from 'vitest'
import { schemaPath } from '../../../src/cli/init/schema-path.ts'

test.each([
  ['/repo', '/repo', './bridge.schema.json'],
  ['/repo/deploy/examples', '/repo', '../../bridge.schema.json'],
  ['/app', '/app/node_modules/gemini-event-bridge', './node_modules/gemini-event-bridge/bridge.schema.json'],
  [
    '/app/etc',
    '/app/node_modules/.pnpm/gemini-event-bridge@1.0.0/node_modules/gemini-event-bridge',
    '../node_modules/gemini-event-bridge/bridge.schema.json'
  ],
  ['/app', '/home/me/.npm/_npx/1a/node_modules/gemini-event-bridge', undefined],
  ['/repository', '/repo', undefined]
])('in %s, with the package in %s, an editor finds it at %s', (directory, root, path) => {
  expect(schemaPath(directory, root)).toBe(path)
})
