import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { eventOf, fallbackLine, letterLine } from './redrive-letters.ts'
import { openScene, type Redriven } from './redrive-program.ts'

const line = (id: string) => fallbackLine(eventOf(id), 'analytics')
const MIB = 1024 * 1024

/** Runs the command over a file of these bytes; with what it has left of them. */
async function redriven(bytes: string | Uint8Array): Promise<Redriven & { left: Buffer; arrived: string[] }> {
  const scene = openScene({ analytics: {} })
  scene.write('lines', bytes)
  const result = await scene.redrive('lines', '--left', 'left')
  const arrived = scene.arrived('analytics').map(({ id }) => id)
  return { ...result, left: Buffer.from(scene.read('left'), 'latin1'), arrived: arrived.toSorted() }
}
const outcomes = ({ ledger }: Redriven) => ledger.map(([number, , , outcome]) => `${number} ${outcome}`)

test.each([
  ['an empty', ''],
  ['a blank', '\n\r\n \t\n']
])('%s file is a done one', async (_what, bytes) => {
  const result = await redriven(bytes)
  expect(result).toMatchObject({ code: 0, ledger: [], summary: ['total: 0 of 0 published'] })
  expect(result.left).toHaveLength(0)
})

test('byte order marks, line ends of DOS, blank lines and an unended line are no hindrance', async () => {
  const [one, two, three] = [line('msg_1'), line('msg_2'), line('msg_3').trim()]
  const result = await redriven(`\ufeff${one.trim()}\r\n\r\n\n\ufeff${two}${three}`)
  expect(result.code).toBe(0)
  expect(outcomes(result)).toEqual(['1 published', '4 published', '5 published'])
  expect(result.arrived).toEqual(['msg_1', 'msg_2', 'msg_3'])
})

test('what is no event is named by its line, and left as it is', async () => {
  const invalid = Buffer.concat([
    Buffer.from('{"specversion":"1.0","id":"'),
    Buffer.of(0xff, 0xfe),
    Buffer.from('"}\r')
  ])
  const unreadable = [
    invalid,
    Buffer.from(Buffer.from(line('msg_0'), 'utf16le').filter(byte => byte !== 0x0a)),
    Buffer.from('{"specversion":"1.0"'),
    Buffer.from('\0\x1b[31m'),
    Buffer.from('['.repeat(100_000))
  ]
  const feed = Buffer.from('\n')
  const result = await redriven(
    Buffer.concat([...unreadable.flatMap(bytes => [bytes, feed]), Buffer.from(line('msg_1')), Buffer.from('{}')])
  )
  expect(result.code).toBe(1)
  expect(outcomes(result)).toEqual([1, 2, 3, 4, 5, 6, 7].map(n => `${n} ${n === 6 ? 'published' : 'unreadable'}`))
  expect(result.ledger[0]).toEqual(['1', '-', '-', 'unreadable', 'The line is not UTF-8. Convert the file.'])
  expect(result.summary.at(-1)).toBe('total: 1 of 7 published, 6 unreadable')
  expect(result.left).toEqual(Buffer.concat([...unreadable, Buffer.from('{}')].flatMap(bytes => [bytes, feed])))
  expect(result.arrived).toEqual(['msg_1'])
})

test('noise is no event', async () => {
  const noise = randomBytes(3 * MIB)
  const result = await redriven(noise)
  expect(result.code).toBe(1)
  expect(result.arrived).toEqual([])
  const blank = (bytes: Buffer) => /^[ \t\r]*$/.test(bytes.toString('latin1'))
  const lines = noise.toString('latin1').split('\n')
  const kept = lines.map(text => Buffer.from(text, 'latin1')).filter(bytes => !blank(bytes))
  expect(result.ledger).toHaveLength(kept.length)
  // They end in any order.
  const sorted = (lines: readonly string[]) =>
    lines
      .filter(text => !/^[ \t\r]*$/.test(text))
      .toSorted()
      .join('\n')
  expect(sorted(result.left.toString('latin1').split('\n'))).toBe(sorted(lines))
})

test('a line that is too long is refused in pieces, and its neighbours go through', async () => {
  const long = Buffer.alloc(17 * MIB, 'x')
  const result = await redriven(
    Buffer.concat([line('msg_1'), long, '\n', line('msg_2'), long].map(part => Buffer.from(part as string)))
  )
  expect(result.code).toBe(1)
  expect(outcomes(result)).toEqual(['1 published', '2 unreadable', '3 published', '4 unreadable'])
  expect(result.ledger[1]?.at(-1)).toBe(`The line is longer than ${16 * MIB} bytes.`)
  const feed = Buffer.from('\n')
  expect(result.left.equals(Buffer.concat([long, feed, long, feed]))).toBe(true)
  expect(result.arrived).toEqual(['msg_1', 'msg_2'])
})

test('10 MB of numbers keep their digits', async () => {
  const digits = '12345678901234567890'
  const data = `[${`${digits},`.repeat(500_000)}1.0]`
  const event = { ...eventOf('msg_1'), data: Buffer.from(data) }
  const scene = openScene({ analytics: {} })
  scene.write('lines', fallbackLine(event, 'analytics'))
  expect(await scene.redrive('lines')).toMatchObject({ code: 0 })
  expect(scene.read('analytics').endsWith(`"data":${data}}\n`)).toBe(true)
})

test('10 MB of numbers in a dead letter are refused unread, unless limits.body has room for them', async () => {
  const body = `{"type":"a","data":[${'1.50,'.repeat(2_000_000)}0]}`
  const lines = letterLine(eventOf('msg_1'), 'analytics', body) + letterLine(eventOf('msg_2'), 'analytics')
  const result = await redriven(lines)
  expect(outcomes(result)).toEqual(['1 refused', '2 published'])
  expect(result.ledger[0]?.at(-1)).toContain('limits.body is 262144 bytes')
})

test('an endless stream of large events takes no more memory than a short one', async () => {
  const scene = openScene({ analytics: {} })
  const event = { ...eventOf('msg_1'), data: Buffer.from(`"${'x'.repeat(MIB)}"`) }
  scene.write('line', fallbackLine(event, 'analytics'))
  const peak = async (count: number) => {
    const program = scene.shell(`rm -f analytics; ln -sf /dev/null analytics
yes line | head -${count} | xargs cat | redrive - | tail -1`)
    expect(await program.exit()).toBe(0)
    expect(program.stdout).toBe(`total: ${count} of ${count} published\n`)
    return Number(scene.read('analytics.closed')) / 1024
  }
  const [few, many] = [await peak(40), await peak(240)]
  // 200 MiB more to read.
  expect(many - few).toBeLessThan(100)
}, 60_000)
