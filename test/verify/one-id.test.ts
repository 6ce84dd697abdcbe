import { expect, test } from 'vitest'
import { createOneId } from '../../src/verify/one-id.ts'

test('a token vouches for its first id, as often as it comes, and for no other', () => {
  const { vouch } = createOneId(10)
  expect(vouch('a', 'msg_1', 1000, 0)).toBe('yes')
  expect(vouch('a', 'msg_1', 1000, 1)).toBe('yes')
  expect(vouch('a', 'msg_2', 1000, 2)).toBe('no')
  expect(vouch('a', 'msg_1', 1000, 3)).toBe('yes')
  expect(vouch('b', 'msg_2', 1000, 4)).toBe('yes')
})

test('a full memory forgets nothing that has not expired, and takes nothing new until then', () => {
  const { vouch } = createOneId(2)
  vouch('a', 'msg_1', 1000, 0)
  vouch('b', 'msg_2', 2000, 0)
  expect(vouch('c', 'msg_3', 3000, 999)).toBe('full')
  expect(vouch('a', 'msg_3', 1000, 999)).toBe('no')
  expect(vouch('b', 'msg_2', 2000, 999)).toBe('yes')
  expect(vouch('c', 'msg_3', 3000, 1000)).toBe('yes')
  expect(vouch('d', 'msg_4', 4000, 1001)).toBe('full')
  expect(vouch('d', 'msg_4', 4000, 2000)).toBe('yes')
  expect(vouch('c', 'msg_5', 3000, 2001)).toBe('no')
})
