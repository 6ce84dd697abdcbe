import type { Mutant } from './mutant.ts'

const ROTATE_TESTS = ['test/cli/webhooks/rotate.test.ts']

/** Registered, rotated, and sent on by HTTP. */
export const operationMutants: readonly Mutant[] = [
  {
    name: 'a rotation drops the old secret while it is valid',
    file: 'src/cli/webhooks/rotate.ts',
    find: 'stays ? old : []',
    replace: 'stays ? [] : []',
    tests: ROTATE_TESTS
  },
  {
    name: 'a revoked secret stays in its file',
    file: 'src/cli/webhooks/rotate.ts',
    find: 'const stays = overlaps && ',
    replace: 'const stays = ',
    tests: ROTATE_TESTS
  },
  {
    name: 'the old secret goes to its other file too late',
    file: 'src/cli/webhooks/rotate.ts',
    find: 'if (moves) await previous.write([...new Set([...old, ...previous.held])])\n',
    replace: '',
    tests: ROTATE_TESTS
  },
  {
    name: 'registering drops the secrets of others',
    file: 'src/cli/webhooks/create.ts',
    find: 'options.secretFile === undefined ? (file?.held ?? []) : []',
    replace: '[]',
    tests: ['test/cli/webhooks/create.test.ts']
  },
  {
    name: 'a secret that no file takes is lost',
    file: 'src/cli/webhooks/keep-secret.ts',
    find: '    reveal(secret)\n    const reason',
    replace: '    const reason',
    tests: ['test/cli/webhooks/secret-file.test.ts']
  },
  {
    name: 'the API key follows a redirect',
    file: 'src/gemini/request.ts',
    find: "redirect: 'manual'",
    replace: "redirect: 'follow'",
    tests: ['test/cli/webhooks/hostile.test.ts']
  },
  {
    name: 'a fresh secret is for everybody to read',
    file: 'src/cli/init/secret-file.ts',
    find: "{ flag: 'wx', mode: 0o600 }",
    replace: "{ flag: 'wx' }",
    tests: ['test/cli/init/files.test.ts']
  },
  {
    name: 'by HTTP, a redirect is an acceptance',
    file: 'adapters/http/client.ts',
    find: 'statusCode >= 200 && statusCode < 300',
    replace: 'statusCode >= 200 && statusCode < 400',
    tests: ['test/adapters/http/redirects.test.ts']
  },
  {
    name: 'by HTTP, what a receiver never takes is tried again',
    file: 'adapters/http/error.ts',
    find: "'HTTP 413': {\n    kind: 'record',\n    never: true,",
    replace: "'HTTP 413': {\n    kind: 'mend',",
    tests: ['test/adapters/http/error.test.ts']
  }
]
