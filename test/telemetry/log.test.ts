import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLogger, type LogOptions } from '../../src/telemetry/log.ts'

/** Logs, and gives what has been written afterwards. */
async function logged(
  options: Partial<LogOptions>,
  write: (log: Awaited<ReturnType<typeof createLogger>>['log']) => void
) {
  const stream = new PassThrough()
  const { log, flush } = await createLogger({ level: 'debug', format: 'json', color: false, stream, ...options })
  write(log)
  await flush()
  return String(stream.read() ?? '')
    .trim()
    .split('\n')
    .filter(Boolean)
}

test('JSON lines have the fields that Cloud Logging reads', async () => {
  const lines = await logged({}, log => {
    log.debug({}, 'one')
    log.info({ endpoint: '/a' }, 'two')
    log.warn({}, 'three')
    log.error({}, 'four')
    log.fatal({}, 'five')
  })
  const parsed = lines.map(line => JSON.parse(line))
  expect(parsed.map(({ severity }) => severity)).toEqual(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
  expect(parsed[1]).toEqual({ severity: 'INFO', time: expect.any(String), endpoint: '/a', message: 'two' })
  for (const { time } of parsed) expect(new Date(time).toISOString()).toBe(time)
})

test('below the level, nothing is written', async () => {
  expect(await logged({ level: 'warn' }, log => log.info({}, 'quiet'))).toEqual([])
})

test('readable lines name the severity, the message and the fields', async () => {
  const [line] = await logged({ format: 'pretty' }, log => log.warn({ destination: 'agents' }, 'cannot connect'))
  expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARNING: cannot connect \{"destination":"agents"\}$/)
})

test('of a webhook, a readable line says what one looks for first', async () => {
  const destinations = {
    t: { outcome: 'accepted', ms: 3.1 },
    u: { outcome: 'unavailable', error: 'The broker is at lunch.' }
  }
  const [line] = await logged({ format: 'pretty' }, log =>
    log.warn(
      { endpoint: '/hooks', id: 'msg_1', status: 503, error: 'The broker is at lunch.', destinations, ms: 4 },
      'webhook'
    )
  )
  expect(line).toMatch(
    /WARNING: webhook 503 \{"id":"msg_1","error":"The broker is at lunch.","destinations":\{"t":"accepted","u":"unavailable"\},"ms":4\}$/
  )
})

test('a log that nobody can write any more is no reason to stop', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
  const { log, flush } = await createLogger({ level: 'info', format: 'json', color: false, stream })
  for (let i = 0; i < 3; i += 1) log.info({}, 'into the void')
  await flush()
})

test('a reader that has stopped costs no more than a bounded memory, and no time at the end', async () => {
  const stream = new Writable({ write() {} })
  const { log, flush } = await createLogger({ level: 'info', format: 'json', color: false, stream })
  for (let i = 0; i < 100; i += 1) log.info({ text: 'x'.repeat(100_000) }, 'unread')
  expect(stream.writableLength).toBeLessThan(5 * 1024 * 1024)
  await flush()
})

test('what one turn has to say is written together, and at once what goes wrong', async () => {
  const writes: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      writes.push(String(chunk))
      done()
    }
  })
  const { log } = await createLogger({ level: 'info', format: 'json', color: false, stream })
  const messages = () => writes.map(write => [...write.matchAll(/"message":"(\w+)"/g)].map(([, message]) => message))
  log.info({}, 'one')
  log.info({}, 'two')
  expect(writes).toEqual([])
  await nextTurn()
  expect(messages()).toEqual([['one', 'two']])
  log.info({}, 'three')
  log.warn({}, 'four')
  expect(messages()).toEqual([
    ['one', 'two'],
    ['three', 'four']
  ])
})
