import { mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLogger, type LogOptions } from '../../src/telemetry/log.ts'

/** Logs into a file of its own, and gives what stands in it afterwards. */
async function logged(
  options: Partial<LogOptions>,
  write: (log: Awaited<ReturnType<typeof createLogger>>['log']) => void
) {
  const file = join(mkdtempSync(join(tmpdir(), 'geb-log-')), 'log')
  const { log, flush } = await createLogger({
    level: 'debug',
    format: 'json',
    color: false,
    fd: openSync(file, 'w'),
    ...options
  })
  write(log)
  flush()
  return readFileSync(file, 'utf8').trim().split('\n').filter(Boolean)
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

test('a log that nobody reads any more is no reason to stop', async () => {
  const { log, flush } = await createLogger({ level: 'info', format: 'json', color: false, fd: 9999 })
  log.info({}, 'into the void')
  expect(flush).not.toThrow()
})
