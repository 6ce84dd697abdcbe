import { expect, test } from 'vitest'
import { freePort } from '../../spawn.ts'
import { type Answer, healthy, startFakeRedis } from './fake-redis.ts'
import { startMarksProgram } from './marks-program.ts'
import { answering, openMarks, SOON } from './open-marks.ts'

/** Closes; how long that took, in milliseconds. Far less than connecting or an answer may take. */
async function closed(marks: { close(): Promise<void> }): Promise<number> {
  const start = performance.now()
  await marks.close()
  return performance.now() - start
}

test('closes after the marks that are on their way', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  const before = fake.commands.length
  for (let count = 0; count < 100; count++) marks.add(String(count), 'name')
  await marks.close()
  await expect.poll(() => fake.open, SOON).toBe(0)
  expect(fake.commands).toHaveLength(before + 100)
  expect(await marks.find('key', ['name'])).toBeUndefined()
  marks.add('key', 'name')
  expect(marks.told).toEqual([])
})

test('does not wait for answers that do not come', async () => {
  const fake = await startFakeRedis()
  const marks = openMarks(fake.url)
  await answering(marks)
  fake.answer = () => undefined
  marks.add('key', 'name')
  expect(await closed(marks)).toBeLessThan(1000)
  await expect.poll(() => fake.open, SOON).toBe(0)
})

test('does not wait for a server that says nothing from the first', async () => {
  const fake = await startFakeRedis(() => undefined)
  const marks = openMarks(fake.url)
  await expect.poll(() => fake.open, SOON).toBe(1)
  expect(await marks.find('key', ['name'])).toBeUndefined()
  expect(await closed(marks)).toBeLessThan(1000)
  await expect.poll(() => fake.open, SOON).toBe(0)
  expect(marks.told).toEqual([])
})

test('ends what is shaking hands', async () => {
  const fake = await startFakeRedis(() => undefined)
  const marks = openMarks(fake.url.replace('redis:', 'rediss:'))
  await expect.poll(() => fake.open, SOON).toBe(1)
  await marks.close()
  // By itself the client gives up after 5 s.
  await expect.poll(() => fake.open, { timeout: 2000 }).toBe(0)
})

const servers: [string, Answer | undefined, { said: RegExp; open: number }][] = [
  ['answers', healthy, { said: /connected to Redis/, open: 1 }],
  ['says nothing', () => undefined, { said: /opened/, open: 1 }],
  ['refuses', () => '-WRONGPASS no\r\n', { said: /WRONGPASS/, open: 0 }],
  ['is not there', undefined, { said: /ECONNREFUSED/, open: 0 }]
]

test.for(servers)('leaves nothing that keeps a process alive when the server %s', async ([, answer, after]) => {
  const fake = answer && (await startFakeRedis(answer))
  const program = startMarksProgram(fake?.url ?? `redis://127.0.0.1:${await freePort()}`)
  await program.until(after.said)
  await expect.poll(() => fake?.open ?? 0, SOON).toBe(after.open)
  program.write('close')
  expect(await program.exit()).toBe(0)
  expect(program.stderr).toBe('')
})
