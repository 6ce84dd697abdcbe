import type { Plugin } from 'rolldown'

const PREFIX = '\0builtin:'

/**
 * Node's own modules by `require`: to import one means to load whatever it offers, and `http` offers all of `fetch`, which
 * is 20 ms.
 */
export const builtins: Plugin = {
  name: 'builtins',
  resolveId: {
    order: 'pre',
    handler(source, importer, { kind }) {
      // What begins before the bundle is loaded (start.ts), and the bundler's own part, need few of them.
      const isOurs = importer !== undefined && !importer.startsWith('\0') && !importer.endsWith('/src/start.ts')
      return source.startsWith('node:') && kind === 'import-statement' && isOurs ? PREFIX + source : undefined
    }
  },
  load: id =>
    id.startsWith(PREFIX)
      ? { code: `module.exports = require('${id.slice(PREFIX.length)}')`, moduleType: 'js' }
      : undefined
}
