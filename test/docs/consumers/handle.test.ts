import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { root, start } from '../../spawn.ts'
import { effects } from './effects.ts'

const HANDLE = pathToFileURL(`${root}docs/consumers/handle.js`).href
const event = { source: '//a', id: 'msg_1', type: 'batch.succeeded', subject: 'batches/1', data: { id: 'batches/1' } }
const effect = { name: 'batches/1', type: 'batch.succeeded', data: '{"id":"batches/1"}' }

/** Makes a function that handles events in a process of its own, and gives its exit code; all share one database. */
function newDatabase() {
  const folder = temporaryFolder('geb-handle-')
  onTestFinished(() => folder.remove())
  const DATABASE = join(folder.path, 'events.db')
  const handle = (events: readonly object[], ...options: string[]) => {
    const script = `const { handle } = await import('${HANDLE}'); for (const event of ${JSON.stringify(events)}) handle(event)`
    return start(process.execPath, [...options, '--input-type=module', '-e', script], { env: { DATABASE } })
  }
  return { handle, effects: () => effects(DATABASE) }
}

it('has one effect of an event that comes twice, and of two with the same id from two sources, two', async () => {
  const { handle, effects } = newDatabase()
  const program = handle([event, event, { ...event, source: '//b' }])
  expect(await program.exit(), program.stderr).toBe(0)
  expect(program.stdout).toBe('handled: msg_1\nhad been handled before: msg_1\nhandled: msg_1\n')
  expect(effects()).toEqual([effect, effect])
})

it('has forgotten an event whose effect a crash has prevented', async () => {
  const { handle, effects } = newDatabase()
  const crash = new URL('./die-before-effect.js', import.meta.url).href
  expect(await handle([event], '--import', crash).exit()).toBe(137)
  expect(effects()).toEqual([])
  expect(await handle([event]).exit()).toBe(0)
  expect(effects()).toEqual([effect])
})

it('has forgotten an event whose effect has failed, and goes on', async () => {
  const { handle, effects } = newDatabase()
  const failing = { ...event, type: {} }
  expect(await handle([failing]).exit()).toBe(1)
  expect(effects()).toEqual([])
  expect(await handle([event]).exit()).toBe(0)
  expect(effects()).toEqual([effect])
})

it('has one effect of an event that two processes handle at once', async () => {
  const { handle, effects } = newDatabase()
  const programs = [handle([event]), handle([event])]
  for (const program of programs) expect(await program.exit(), program.stderr).toBe(0)
  expect(effects()).toEqual([effect])
})
