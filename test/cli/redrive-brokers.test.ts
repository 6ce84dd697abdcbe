import { symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventOf, fallbackLine } from './redrive-letters.ts'
import { openScene, type Redriven, resultOf } from './redrive-program.ts'

/** Lines for this destination, as many as these, with ids from `msg_1`. */
const lines = (destination: string, count: number, prefix = 'msg') =>
  Array.from({ length: count }, (_, index) => fallbackLine(eventOf(`${prefix}_${index + 1}`), destination)).join('')
const outcomesAt = ({ ledger }: Redriven, destination: string) => [
  ...new Set(ledger.filter(entry => entry[2] === destination).map(entry => entry[3]))
]
const sorted = (text: string) => text.split('\n').toSorted()

test('one broker that refuses and one that is down keep nothing from a third', async () => {
  const scene = openScene({ refusing: { fault: 'refusing' }, down: { fault: 'unavailable' }, analytics: {} })
  const [refused, unavailable] = [lines('refusing', 5), lines('down', 40)]
  scene.write('lines', refused + unavailable + lines('analytics', 200))
  const result = await scene.redrive('lines', '--left', 'left', '--wait', '1s')
  expect(result.code).toBe(1)
  expect(outcomesAt(result, 'refusing')).toEqual(['refused'])
  expect(outcomesAt(result, 'down')).toEqual(['unavailable'])
  expect(outcomesAt(result, 'analytics')).toEqual(['published'])
  // What a broker says cannot draw on a terminal, nor shift the ledger's columns.
  expect(result.ledger.find(([, , destination]) => destination === 'down')?.slice(4)).toEqual([
    'The broker is down. [31m'
  ])
  expect(result.summary.toSorted()).toEqual([
    'analytics: 200 of 200 published',
    'down: 0 of 40 published, 40 unavailable',
    'refusing: 0 of 5 published, 5 refused',
    'total: 200 of 245 published, 5 refused, 40 unavailable'
  ])
  expect(scene.arrived('analytics')).toHaveLength(200)
  // One connection each, whatever is in flight.
  expect(result.stderr.match(/"connected"/g)).toHaveLength(3)
  expect(sorted(scene.read('left'))).toEqual(sorted(Buffer.from(refused + unavailable).toString('latin1')))
})

test.each(['unreachable', 'unavailable'])('waits for a broker that is %s when it is just coming up', async fault => {
  const scene = openScene({ analytics: { fault, mended: 'mended' } })
  scene.write('lines', lines('analytics', 40))
  const program = scene.start('lines')
  if (fault === 'unreachable') await program.until(/cannot connect; trying again/)
  else await program.until(/"connected"/)
  expect(program.stdout).toBe('')
  scene.write('mended', '')
  const result = await resultOf(program)
  expect(result).toMatchObject({ code: 0, summary: ['analytics: 40 of 40 published', 'total: 40 of 40 published'] })
  expect(scene.arrived('analytics')).toHaveLength(40)
})

test('gives up on a broker that never connects, and says why', async () => {
  const scene = openScene({ analytics: { fault: 'unreachable' } })
  scene.write('lines', lines('analytics', 100))
  const result = await scene.redrive('lines', '--left', 'left', '--wait', '1s')
  expect(result).toMatchObject({ code: 1 })
  const reason = 'Destination "analytics" is not connected yet. Nobody listens there.'
  expect(result.ledger).toHaveLength(100)
  for (const [, , ...rest] of result.ledger) expect(rest).toEqual(['analytics', 'unavailable', reason])
  expect(sorted(scene.read('left'))).toEqual(sorted(Buffer.from(lines('analytics', 100)).toString('latin1')))
})

test('gives up on a broker that does not answer, within limits.acknowledge of each try', async () => {
  const scene = openScene(
    { analytics: { fault: 'silent', only: 'lost' }, erp: { fault: 'silent' } },
    { limits: { acknowledge: '200ms' } }
  )
  scene.write('lines', lines('erp', 100) + lines('analytics', 1, 'lost') + lines('analytics', 50))
  const result = await scene.redrive('lines', '--wait', '1s')
  expect(result.summary.toSorted()).toEqual([
    'analytics: 50 of 51 published, 1 unavailable',
    'erp: 0 of 100 published, 100 unavailable',
    'total: 50 of 151 published, 101 unavailable'
  ])
  expect(result.ledger[0]?.at(-1)).toMatch(/had not accepted the event by the end of limits.acknowledge/)
})

test.each(['SIGTERM', 'SIGINT'] as const)('on %s, finishes what is in flight, and leaves the rest', async signal => {
  const scene = openScene({ analytics: { delay: 300 } })
  scene.write('lines', `${lines('analytics', 500)}not tried either\n`)
  const program = scene.start('lines', '--left', 'left')
  await program.until(/\tpublished\t/)
  program.kill(signal)
  const result = await resultOf(program)
  expect(result.code).toBe(1)
  const published = result.ledger.filter(([, , , outcome]) => outcome === 'published')
  const untried = result.ledger.filter(([, , , outcome]) => outcome === 'not tried')
  expect(published.length + untried.length).toBe(501)
  expect(published.length).toBeLessThan(200)
  expect(untried.at(-1)).toEqual(['501', '-', '-', 'not tried', `Stopped by ${signal}.`])
  // The ledger and the broker agree to the event.
  const ids = (list: readonly (string | undefined)[]) => list.toSorted()
  expect(ids(scene.arrived('analytics').map(({ id }) => id))).toEqual(ids(published.map(([, id]) => id)))
  expect(scene.read('left').trim().split('\n')).toHaveLength(untried.length)
  expect(scene.read('analytics.closed')).toMatch(/\d/)
})

test('a stop ends the waiting for a broker', async () => {
  const scene = openScene({ analytics: { fault: 'unavailable' } })
  scene.write('lines', lines('analytics', 2))
  const program = scene.start('lines', '--wait', '1h')
  await program.until(/"connected"/)
  program.kill('SIGTERM')
  const { code, ledger } = await resultOf(program)
  expect(code).toBe(1)
  expect(ledger).toHaveLength(2)
})

test('a stop ends the reading of a pipe that does not end', async () => {
  const scene = openScene({ analytics: {} })
  const program = scene.start('-')
  program.write(lines('analytics', 1))
  await program.until(/\tpublished\t/)
  program.kill('SIGTERM')
  const { code, summary, stderr } = await resultOf(program)
  expect(summary.at(-1)).toBe('total: 1 of 1 published')
  expect(stderr).toContain('- was not read to its end (stopped by SIGTERM).')
  expect(code).toBe(1)
})

test('a disk that is full for the rest is said, and the ledger has it', async () => {
  const scene = openScene({ analytics: {} })
  symlinkSync('/dev/full', scene.path('left'))
  scene.write('lines', `${lines('analytics', 3)}x\ny\n`)
  const { code, summary, stderr } = await scene.redrive('lines', '--left', 'left')
  expect(code).toBe(1)
  expect(summary.at(-1)).toBe('total: 3 of 5 published, 2 unreadable')
  expect(stderr).toContain('left lacks lines, since it could not be written (ENOSPC); the ledger has them.')
})

test('a reader of the ledger that goes away is no success', async () => {
  const scene = openScene({ analytics: { delay: 5 } })
  scene.write('lines', lines('analytics', 3000))
  const program = scene.shell('(redrive lines; echo "exit $?" >&2) | head -1')
  await program.until(/exit 1/)
})
