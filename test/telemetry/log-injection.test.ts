import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogger } from '../../src/telemetry/log.ts'

// What senders and brokers say stands in fields. It can end no line, begin no other, and tell a terminal nothing.
const HOSTILE = 'a\n{"severity":"CRITICAL","message":"forged"}\r\n\u001b[2J\u001b]0;title\u0007"\\\u2028'

test.each(['json', 'pretty'] as const)('a line is one line, whatever its fields say: %s', async format => {
  const stream = new PassThrough()
  const { log, flush } = await createLogger({ level: 'info', format, color: false, stream })
  log.warn({ error: HOSTILE, destinations: { t: { error: HOSTILE } }, [HOSTILE]: 1 }, 'webhook')
  await flush()
  const text = String(stream.read())
  const control = Array.from(text.slice(0, -1)).filter(character => character < ' ' || character === '\u007f')
  expect(control).toEqual([])
  expect(text.at(-1)).toBe('\n')
  if (format === 'json') expect(JSON.parse(text)).toMatchObject({ severity: 'WARNING', error: HOSTILE })
})
