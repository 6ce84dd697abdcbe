import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freePort } from '../../spawn.ts'
import { healthy, startFakeRedis } from './fake-redis.ts'
import { answering, openMarks, SOON } from './open-marks.ts'

const MARKED = 'SET'
const asked = (commands: readonly (readonly string[])[], name: string) => commands.filter(words => words[0] === name)

test('asks for all names in one command, and marks with one more', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url, 90_000)
  await answering(marks)
  const before = fake.commands.length
  expect(await marks.find('a key of any length'.repeat(1000), ['archive', 'größe'])).toEqual(new Set())
  marks.add('key', 'archive')
  await expect.poll(() => fake.commands.length, SOON).toBe(before + 2)
  const [find = [], add = []] = fake.commands.slice(before)
  const digest = /^geb:\{[\w-]{43}\}:/
  expect(find).toEqual(['MGET', expect.stringMatching(digest), expect.stringMatching(digest)])
  // printf key | openssl sha256 -binary | basenc --base64url
  const key = 'geb:{LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM}:archive'
  expect(add).toEqual([MARKED, key, expect.any(String), 'PX', '90000'])
})

test('knows that an event has none of no names without asking', async () => {
  const marks = openMarks(`redis://127.0.0.1:${await freePort()}`)
  expect(await marks.find('key', [])).toEqual(new Set())
})

test('knows nothing at once while nobody listens, says so once, and recovers by itself', async () => {
  const port = await freePort()
  const marks = openMarks(`redis://127.0.0.1:${port}`)
  await expect.poll(() => marks.told, SOON).toEqual(['warn ECONNREFUSED'])
  expect(await marks.find('key', ['name'])).toBeUndefined()
  for (let count = 0; count < 10_000; count++) marks.add('key', 'name')
  const fake = await startFakeRedis(healthy, { port })
  await answering(marks)
  expect(asked(fake.commands, MARKED).filter(([, key]) => !key?.includes('proof'))).toEqual([])
  expect(marks.told).toEqual(['warn ECONNREFUSED', 'info'])
})

test('a server that answers late costs one question its wait, and then nobody', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.answer = (words, socket) => void setTimeout(() => socket.write(String(healthy(words, socket))), 300)
  const before = asked(fake.commands, 'MGET').length
  for (let count = 0; count < 100; count++) expect(await marks.find('key', ['name'])).toBeUndefined()
  expect(asked(fake.commands, 'MGET')).toHaveLength(before + 1)
  expect(marks.told).toEqual(['warn no answer within 50 ms'])
  fake.answer = healthy
  await answering(marks)
  expect(fake.accepted).toBe(1)
  expect(marks.told).toEqual(['warn no answer within 50 ms', 'info'])
})

test('a connection that is silent from the first is given up', async () => {
  const fake = await startFakeRedis((words, socket) => (fake.accepted === 1 ? undefined : healthy(words, socket)))
  const marks = openMarks(fake.url)
  await answering(marks)
  expect(fake.accepted).toBe(2)
  expect(marks.told).toEqual(['warn no answer within 5 s', 'info'])
})

test('a connection on which nothing is due is kept', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  await sleep(2500)
  await answering(marks)
  expect(fake.accepted).toBe(1)
})

test('a connection without answers is given up, and what awaits them is bounded', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  const before = asked(fake.commands, MARKED).length
  fake.answer = (words, socket) => (fake.accepted === 1 ? undefined : healthy(words, socket))
  for (let count = 0; count < 8000; count++) marks.add(String(count), 'name')
  expect(await marks.find('key', ['name'])).toBeUndefined()
  await answering(marks)
  expect(fake.accepted).toBe(2)
  // With the one that proves the second connection.
  expect(asked(fake.commands, MARKED).length - before).toBeLessThanOrEqual(5000 + 1)
})

test.for([
  ['in an answer', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['of the right kind', '*1\r\n:1\r\n'],
  ['of the wrong length', '*0\r\n'],
  ['as a text', '+OK\r\n']
])('garbage %s ends the connection, and nobody is told of a mark', async ([, garbage = '']) => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.answer = () => garbage
  expect(await marks.find('key', ['name'])).toBeUndefined()
  fake.answer = healthy
  await answering(marks)
  expect(fake.accepted).toBe(2)
})

test('an answer that nobody has asked for ends the connection', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.send('+OK\r\n')
  await expect.poll(() => fake.accepted, SOON).toBe(2)
  await answering(marks)
  expect(marks.told).toEqual(['warn an answer that is none of Redis', 'info'])
})

test('the answer to one question is not taken for that to another', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  const values = new Map<string, string>()
  fake.answer = (words, socket) => {
    if (words[0] === MARKED) values.set(words[1] ?? '', words[2] ?? '')
    return healthy(words, socket)
  }
  marks.add('published', 'name')
  await expect.poll(() => values.size, SOON).toBe(1)
  let questions = 0
  // The answer to the first is lost, and so it gets that to the second: it would be taken for published, and lost.
  fake.answer = ([name, key = '']) => {
    questions += 1
    const value = values.get(key) ?? ''
    return name === 'MGET' && questions > 1 ? `*1\r\n$${value.length}\r\n${value}\r\n` : undefined
  }
  const found = await Promise.all([marks.find('never published', ['name']), marks.find('published', ['name'])])
  expect(found).toEqual([undefined, undefined])
  fake.answer = healthy
  await answering(marks)
  expect(fake.accepted).toBe(2)
})

test.for([
  ['WRONGPASS', 'WRONGPASS invalid username-password pair or user is disabled.'],
  ["ERR unknown command 'AUTH'", "ERR unknown command 'AUTH', with args beginning with: 'alice' 'hunter2' "]
])('goes on trying after %s, and never says the password', async ([reason, reply]) => {
  const fake = await startFakeRedis(([name]) => (name === 'AUTH' ? `-${reply}\r\n` : '+OK\r\n'))
  const marks = openMarks(fake.url.replace('//', '//alice:hunter2@'))
  await expect.poll(() => asked(fake.commands, 'AUTH').length, SOON).toBeGreaterThan(2)
  expect(marks.told).toEqual([`warn ${reason}`])
  fake.answer = healthy
  await answering(marks)
  expect(asked(fake.commands, 'AUTH')[0]).toEqual(['AUTH', 'alice', 'hunter2'])
  expect(marks.told).toEqual([`warn ${reason}`, 'info'])
  expect(marks.text).not.toMatch(/hunter2|alice/)
})

test('does not need what a user may not do who may get and set', async () => {
  const fake = await startFakeRedis((words, socket) => {
    const [name = ''] = words
    return ['MGET', 'SET'].includes(name) ? healthy(words, socket) : '-NOPERM this user has no permissions\r\n'
  })
  await answering(openMarks(fake.url))
})

test('finds what a full server knows, and says once that it takes no more', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.answer = (words, socket) => (words[0] === MARKED ? '-OOM command not allowed\r\n' : healthy(words, socket))
  for (let count = 0; count < 3; count++) marks.add(randomUUID(), 'name')
  await expect.poll(() => marks.told, SOON).toEqual(['warn OOM'])
  await expect.poll(() => marks.find('key', ['name']), SOON).toEqual(new Set())
  fake.answer = healthy
  marks.add('key', 'name')
  await expect.poll(() => marks.told, SOON).toEqual(['warn OOM', 'info'])
  expect(fake.accepted).toBe(1)
})

test('leaves a server that has become a replica, and takes none', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.answer = (words, socket) => (words[0] === MARKED ? '-READONLY a replica\r\n' : healthy(words, socket))
  marks.add('key', 'name')
  await expect.poll(() => fake.accepted, SOON).toBeGreaterThan(2)
  expect(await marks.find('key', ['name'])).toBeUndefined()
  fake.answer = healthy
  await answering(marks)
  expect(marks.told).toEqual(['warn READONLY', 'info'])
})
