import type { Mutant } from './mutant.ts'

const LIVE_TESTS = ['test/config/live.test.ts']
const RECONNECT_TESTS = ['test/deliver/reconnect.test.ts']

/** What is re-read while the bridge runs. */
export const renewalMutants: readonly Mutant[] = [
  {
    name: 'a vanished file is taken for an empty one',
    file: 'src/config/live.ts',
    find: 'if (text === undefined) kept.set(path, ',
    replace: "if (text === undefined) changes.set(path, '' && ",
    tests: LIVE_TESTS
  },
  {
    name: 'one bad file holds up all others',
    file: 'src/config/live.ts',
    find: 'await attempt(new Map([change]))',
    replace: 'await attempt(changes)',
    tests: LIVE_TESTS
  },
  {
    name: 'a secret that was taken away still counts',
    file: 'src/verify/verify.ts',
    find: '      verifyStatic = renewedStatic\n',
    replace: '      verifyStatic ??= renewedStatic\n',
    tests: ['test/verify/renew.test.ts']
  },
  {
    name: 'a token that was taken away still counts',
    file: 'src/verify/dynamic.ts',
    find: 'checkToken = createTokenCheck(renewed)',
    replace: 'checkToken = createTokenCheck([...tokens, ...renewed])',
    tests: ['test/verify/renew.test.ts']
  },
  {
    name: 'half of a renewal is taken',
    file: 'src/verify/verify.ts',
    find: '      dynamic?.renew(renewed.dynamic?.tokens ?? [])\n      verifyStatic = renewedStatic\n',
    replace: '      verifyStatic = renewedStatic\n      dynamic?.renew(renewed.dynamic?.tokens ?? [])\n',
    tests: ['test/verify/renew.test.ts']
  },
  {
    name: 'the old connection goes before the new one is there',
    file: 'src/deliver/destination.ts',
    find: '      connecting.abort()\n      connecting = new AbortController()\n',
    replace: '      connecting.abort()\n      connection = undefined\n      connecting = new AbortController()\n',
    tests: RECONNECT_TESTS
  },
  {
    name: 'the old connection is never closed',
    file: 'src/deliver/destination.ts',
    find: 'if (connection) retire(connection)',
    replace: 'if (!connection) retired.clear()',
    tests: RECONNECT_TESTS
  },
  {
    name: 'older options may win',
    file: 'src/deliver/destination.ts',
    find: '      connecting.abort()\n      connecting = new AbortController()\n',
    replace: '      connecting = new AbortController()\n',
    tests: RECONNECT_TESTS
  },
  {
    name: 'the swap of a link is not seen',
    file: 'src/config/watch.ts',
    find: "name.startsWith('..') || ",
    replace: '',
    tests: ['test/config/watch.test.ts']
  },
  {
    name: 'two looks at a time',
    file: 'src/config/watch.ts',
    find: 'if (looking || closed) return',
    replace: 'if (closed) return',
    tests: ['test/config/watch.test.ts']
  },
  {
    name: 'each forgery has the files read',
    file: 'src/renew.ts',
    find: 'const COOL_DOWN_MS = 1000',
    replace: 'const COOL_DOWN_MS = 0',
    tests: ['test/renew.test.ts']
  },
  {
    name: 'a secret that is there, and has not been read, is refused',
    file: 'src/verify/verify.ts',
    find: 'if (tried && entries.v1.length > 0) await onMismatch?.()',
    replace: 'if (tried && entries.v1.length < 0) await onMismatch?.()',
    tests: ['test/verify/renew.test.ts']
  },
  {
    name: 'a pipe in place of a file is waited for',
    file: 'src/config/file-text.ts',
    find: 'constants.O_RDONLY | constants.O_NONBLOCK',
    replace: 'constants.O_RDONLY',
    tests: LIVE_TESTS
  }
]
