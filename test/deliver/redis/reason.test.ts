import { ConnectionTimeoutError, SimpleError, SocketClosedUnexpectedlyError } from '@redis/client'
import { expect, test } from 'vitest'
import { isErrorReply, isReadOnly, Reason, reasonOf } from '../../../src/deliver/redis/reason.ts'

test.for<[unknown, string]>([
  [new Reason('no answer within 50 ms'), 'no answer within 50 ms'],
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new SocketClosedUnexpectedlyError(), 'SocketClosedUnexpectedlyError'],
  [new ConnectionTimeoutError(), 'ConnectionTimeoutError'],
  [new SimpleError('WRONGPASS invalid username-password pair or user is disabled.'), 'WRONGPASS'],
  [new SimpleError("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
  [new SimpleError('ERR max number of clients reached'), 'ERR max number of clients reached'],
  [new SimpleError("ERR unknown command 'AUTH', with args beginning with: 'secret'"), "ERR unknown command 'AUTH'"],
  [new SimpleError('ERR secret'), 'an error reply'],
  [new SimpleError('SECRET'), 'an error reply'],
  [new Error('Unknown RESP type 72 "H"'), 'an answer that is none of Redis'],
  [new TypeError('Cannot read properties of undefined'), 'an answer that is none of Redis'],
  ['secret', 'unknown']
])('%s', ([cause, reason]) => {
  expect(reasonOf(cause)).toBe(reason)
})

test('an error reply is told from other failures', () => {
  expect(isErrorReply(new SimpleError('OOM full'))).toBe(true)
  expect(isErrorReply(new SocketClosedUnexpectedlyError())).toBe(false)
  expect(isReadOnly(new SimpleError("READONLY You can't write against a read only replica."))).toBe(true)
  expect(isReadOnly(new SimpleError('OOM full'))).toBe(false)
})
