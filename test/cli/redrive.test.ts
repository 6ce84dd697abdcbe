import { describe, expect, test } from 'vitest'
import { startBridgeProgram } from '../spawn.ts'
import { BODY, eventOf, fallbackLine, letterLine, SOURCE } from './redrive-letters.ts'
import { openScene, resultOf } from './redrive-program.ts'

const events = { extensions: { tenant: 'user_metadata.tenant' } }

test('publishes each event to where it belongs, as it was meant to be, with a ledger', async () => {
  const scene = openScene({ analytics: {}, erp: {}, unneeded: { fault: 'unreachable' } }, { events })
  const [fallback, letter] = [eventOf('msg_1', BODY, events), eventOf('msg_2', BODY, events)]
  scene.write('lines', fallbackLine(fallback, 'analytics') + letterLine(letter, 'erp'))
  const { code, ledger, summary, stderr } = await scene.redrive('lines', '--left', 'left')
  expect(code).toBe(0)
  expect(ledger).toEqual([
    ['1', 'msg_1', 'analytics', 'published', '-'],
    ['2', 'msg_2', 'erp', 'published', '-']
  ])
  expect(summary.toSorted()).toEqual(
    ['analytics: 1 of 1 published', 'erp: 1 of 1 published', 'total: 2 of 2 published'].toSorted()
  )
  expect(summary.at(-1)).toMatch(/^total/)
  expect(scene.arrived('analytics')).toEqual([fallback])
  expect(scene.arrived('erp')).toEqual([letter])
  expect(fallback).toMatchObject({ tenant: 'acme', recordedtime: '2026-01-22T00:00:00.000Z', tracestate: 'a=1' })
  expect(scene.read('left')).toBe('')
  // Connected where there was something to publish, closed again, and nothing else on standard error.
  expect([scene.read('analytics.closed'), scene.read('erp.closed')]).toEqual([
    expect.stringMatching(/\d/),
    expect.stringMatching(/\d/)
  ])
  const messages = stderr.trim().split('\n')
  expect(messages.map(line => JSON.parse(line).message)).toEqual(['connected', 'connected'])
})

test('sends a webhook that was no event once to where the routes lead today', async () => {
  const scene = openScene(
    { analytics: {}, erp: {}, extra: {}, parking: {} },
    {
      routes: [
        { to: ['analytics'] },
        { filter: { exact: { subject: 'batches/1' } }, to: ['erp', 'analytics'] },
        { filter: { exact: { subject: 'batches/2' } }, to: ['parking'] },
        { to: ['extra'], delivery: 'bestEffort' }
      ],
      deadLetter: 'parking'
    }
  )
  scene.write('lines', letterLine(eventOf('msg_1'), undefined) + letterLine(eventOf('msg_2'), undefined, '[]'))
  const { code, ledger } = await scene.redrive('lines')
  expect(code).toBe(1)
  expect(ledger.toSorted()).toEqual([
    ['1', 'msg_1', 'analytics', 'published', '-'],
    ['1', 'msg_1', 'erp', 'published', '-'],
    [
      '2',
      'msg_2.dead_letter.envelope',
      '-',
      'refused',
      'The verified body is JSON, but not an object. Report it to Gemini, or see who else signs with this key.'
    ]
  ])
  expect([scene.arrived('analytics'), scene.arrived('erp')]).toEqual([[eventOf('msg_1')], [eventOf('msg_1')]])
  expect([scene.arrived('extra'), scene.arrived('parking')]).toEqual([[], []])
})

test('makes do with best-effort destinations where the routes have no other', async () => {
  const scene = openScene({ extra: {} }, { routes: [{ to: ['extra'], delivery: 'bestEffort' }] })
  scene.write('lines', letterLine(eventOf('msg_1'), undefined))
  expect(await scene.redrive('lines')).toMatchObject({ code: 0, ledger: [['1', 'msg_1', 'extra', 'published', '-']] })
})

test('says why it refuses what is at a loss for a destination', async () => {
  const scene = openScene(
    { analytics: {}, erp: {} },
    { routes: [{ filter: { exact: { subject: 'none' } }, to: ['erp'] }], limits: { body: '1KiB' } }
  )
  const event = eventOf('msg_1')
  const long = `{"type":"a","data":"${'x'.repeat(1100)}"}`
  const bare = '{"specversion":"1.0","id":"msg_1","source":"/s","type":"a.dead_letter","originalid":"msg_0"'
  const refused: [line: string, reason: string | RegExp][] = [
    [fallbackLine(event, 'analitics'), 'The configuration has no destination "analitics"; did you mean "analytics"?'],
    [letterLine(event, 'sap'), 'The configuration has no destination "sap"; known here: analytics, erp'],
    [fallbackLine(event, ''), 'The configuration has no destination ""; known here: analytics, erp'],
    [letterLine(event, undefined), 'No route wants this event. Add a route for it, or leave its line out.'],
    [letterLine(event, 'erp', long), /The original body has 1122 bytes, and limits.body is 1024 bytes/],
    [
      letterLine(event, 'erp', '{}'),
      'The verified body has no "type" that CloudEvents allows. Report it to Gemini, or see who else signs with this key.'
    ],
    [`${bare},"data_base64":""}\n`, 'The dead letter has no recordedtime that can be read. Correct it, as RFC 3339.']
  ]
  const lines = refused.map(([line]) => line).join('')
  scene.write('lines', lines)
  const { code, ledger, summary, stderr } = await scene.redrive('lines', '--left', 'left')
  expect(code).toBe(1)
  expect(ledger).toEqual(
    refused.map(([, reason], index) => [
      String(index + 1),
      expect.stringMatching(/^msg_1/),
      '-',
      'refused',
      typeof reason === 'string' ? reason : expect.stringMatching(reason)
    ])
  )
  expect(summary).toEqual(['no destination: 0 of 7 published, 7 refused', 'total: 0 of 7 published, 7 refused'])
  expect(scene.read('left').split('\n').toSorted()).toEqual(
    Buffer.from(lines).toString('latin1').split('\n').toSorted()
  )
  // No destination was needed.
  expect(stderr).toBe('')
})

test('skips what is at home where it is: a topic may have other events as well', async () => {
  const scene = openScene({ analytics: {} })
  const bare = '{"specversion":"1.0","id":"msg_1","source":"/s","type":"a.dead_letter","originalid":"msg_0"'
  const others = [bare.replace('originalid', 'other'), bare.replace('"msg_0"', '""'), bare.replace('.dead_letter', '')]
  scene.write('lines', fallbackLine(eventOf('msg_2'), 'analytics') + others.map(other => `${other}}\n`).join(''))
  const { code, ledger, summary } = await scene.redrive('lines', '--left', 'left')
  expect(code).toBe(0)
  expect(ledger.map(([, id, , outcome]) => `${id} ${outcome}`).toSorted()).toEqual([
    'msg_1 skipped',
    'msg_1 skipped',
    'msg_1 skipped',
    'msg_2 published'
  ])
  expect(summary.at(-1)).toBe('total: 1 of 4 published, 3 skipped')
  expect(scene.read('left')).toBe('')
})

test('is repeated with the lines that were left, until there are none', async () => {
  const scene = openScene({ analytics: { fault: 'unavailable', only: 'bad', mended: 'mended' }, erp: {} })
  const lines = [
    fallbackLine(eventOf('msg_good'), 'analytics'),
    letterLine(eventOf('msg_bad'), 'analytics'),
    fallbackLine(eventOf('msg_bad_too'), 'analytics')
  ]
  scene.write('lines', lines.join(''))
  const first = await scene.redrive('lines', '--left', 'left', '--wait', '1s')
  expect(first.code).toBe(1)
  expect(first.summary.at(-1)).toBe('total: 1 of 3 published, 2 unavailable')
  expect(scene.read('left').split('\n').toSorted()).toEqual(
    lines.slice(1).join('').split('\n').map(toLatin1).toSorted()
  )
  scene.write('mended', '')
  expect(await scene.redrive('left', '--left', 'left2', '--wait', '1s')).toMatchObject({ code: 0 })
  expect(scene.arrived('analytics').map(({ id }) => id)).toEqual(['msg_good', expect.any(String), expect.any(String)])
  expect(scene.read('left2')).toBe('')
})

const toLatin1 = (text: string) => Buffer.from(text).toString('latin1')

describe('reads', () => {
  test('standard input', async () => {
    const scene = openScene({ analytics: {} })
    scene.write('one', fallbackLine(eventOf('msg_1'), 'analytics'))
    const program = scene.shell('(cat one; until [ -e two ]; do sleep 0.05; done; cat two) | redrive -')
    await program.until(/\tpublished\t/)
    scene.write('two', fallbackLine(eventOf('msg_2'), 'analytics'))
    expect(await resultOf(program)).toMatchObject({ code: 0, summary: [expect.any(String), 'total: 2 of 2 published'] })
    expect(scene.arrived('analytics').map(({ id }) => id)).toEqual(['msg_1', 'msg_2'])
  })

  test('an event of another producer, with an adapter that prints beside the ledger', async () => {
    const scene = openScene({ console: { adapter: 'stdout' } })
    scene.write('lines', `{"specversion":"1.0","id":"1","source":"${SOURCE}","type":"a","n":5,"fallbackfor":"console"}`)
    const program = scene.start('lines')
    expect(await program.exit()).toBe(0)
    expect(program.stdout.split('\n')).toEqual([
      `{"specversion":"1.0","id":"1","source":"${SOURCE}","type":"a","datacontenttype":"application/octet-stream","n":"5","data_base64":""}`,
      '1\t1\tconsole\tpublished\t-',
      'console: 1 of 1 published',
      'total: 1 of 1 published',
      ''
    ])
  })
})

describe('before anything is published, refuses', () => {
  const faults: [string, readonly string[], RegExp][] = [
    ['a file that is not there', ['none'], /^none: it cannot be read \(ENOENT\)/],
    ['a folder', ['.'], /^\.: it cannot be read \(EISDIR\)/],
    ['to overwrite its own input', ['lines', '--left', 'lines'], /^--left: lines is not empty/],
    [
      'a file for the rest that cannot be',
      ['lines', '--left', 'no/left'],
      /^--left: no\/left cannot be written \(ENOENT\)/
    ],
    ['a duration that is none', ['lines', '--wait', 'long'], /^--wait: must be a duration/],
    ['a configuration that is none', ['lines', '--config', 'lines'], /^lines:/]
  ]
  test.each(faults)('%s', async (_what, args, fault) => {
    const scene = openScene({ analytics: {} })
    scene.write('lines', fallbackLine(eventOf('msg_1'), 'analytics'))
    const { code, ledger, summary, stderr } = await scene.redrive(...args)
    expect(code).toBe(1)
    expect([...ledger, ...summary]).toEqual([])
    expect(stderr).toMatch(fault)
    expect(scene.arrived('analytics')).toEqual([])
    expect(scene.read('lines')).not.toBe('')
  })

  test('no file at all, as a usage error', async () => {
    const program = startBridgeProgram(['redrive'])
    expect(await program.exit()).toBe(2)
    expect(program.stderr).toContain('file')
  })
})

test('--help says that events may be published twice', async () => {
  const program = startBridgeProgram(['redrive', '--help'])
  expect(await program.exit()).toBe(0)
  expect(program.stdout).toMatch(/read again is published again[\s\S]*deduplicate by source and id/)
})
