import pino from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Adapter, defineAdapter, UnavailableError, z } from '../../src/adapter.ts'
import { openDestination } from '../../src/deliver/destination.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { until } from '../ingress/harness.ts'

const event = sampleEvent()
const never = new AbortController().signal

/** A destination whose broker takes these passwords. */
async function open(
  passwords: Set<string>,
  waits: { readonly connecting?: (password: string) => unknown; readonly publishing?: Promise<unknown> } = {}
) {
  const closed: string[] = []
  const log: string[] = []
  const onKept = vi.fn()
  const definition = defineAdapter({
    name: 'fake',
    options: z.strictObject({ password: z.string().meta({ secret: true }) }),
    async connect({ password }): Promise<Adapter> {
      await waits.connecting?.(password)
      if (!passwords.has(password)) throw new UnavailableError('The broker refused the password. Correct it.')
      return {
        async publish() {
          await waits.publishing
          return password
        },
        async close() {
          closed.push(password)
        }
      }
    }
  })
  const destination = openDestination(
    { name: 'analytics', definition, options: { password: 'first' } },
    {
      directory: '/',
      log: pino({ messageKey: 'message' }, { write: line => void log.push(JSON.parse(line).message) }),
      onKept
    }
  )
  onTestFinished(() => destination.close())
  await until(() => destination.connected)
  const publish = async () => (await destination.publish(event, never)).messageId
  return { destination, publish, closed, log, onKept }
}

test('new options count from the next connection on, and the one from before is closed', async () => {
  const { destination, publish, closed } = await open(new Set(['first', 'second']))
  expect(await publish()).toBe('first')
  destination.reconnect({ password: 'second' })
  await until(async () => (await publish()) === 'second')
  await until(() => closed.length > 0)
  expect(closed).toEqual(['first'])
  await destination.close()
  expect(closed).toEqual(['first', 'second'])
})

test('as long as they are refused, the connection from before stays in use', async () => {
  const passwords = new Set(['first'])
  const { destination, publish, closed, log, onKept } = await open(passwords)
  destination.reconnect({ password: 'second' })
  await until(() => onKept.mock.calls.length > 1)
  expect(destination.connected).toBe(true)
  expect(await publish()).toBe('first')
  expect(log).toContain('cannot connect with what was re-read; trying again')
  passwords.add('second')
  await until(async () => (await publish()) === 'second')
  expect(closed).toEqual(['first'])
})

test('only the last options count, even if those before them are accepted later', async () => {
  const late = Promise.withResolvers<void>()
  const { destination, publish, closed } = await open(new Set(['first', 'second', 'third']), {
    connecting: password => (password === 'second' ? late.promise : undefined)
  })
  destination.reconnect({ password: 'second' })
  destination.reconnect({ password: 'third' })
  await until(async () => (await publish()) === 'third')
  late.resolve()
  await until(() => closed.length === 2)
  expect(closed.toSorted()).toEqual(['first', 'second'])
  expect(await publish()).toBe('third')
})

test('what is under way over the connection from before ends there', async () => {
  const gate = Promise.withResolvers<void>()
  const { destination, publish, closed, log } = await open(new Set(['first', 'second']), { publishing: gate.promise })
  const underWay = publish()
  destination.reconnect({ password: 'second' })
  await until(() => log.filter(message => message === 'connected').length === 2)
  expect(closed).toEqual([])
  gate.resolve()
  expect(await underWay).toBe('first')
  await until(() => closed.length > 0)
  expect(closed).toEqual(['first'])
})

test('a publish that never ends holds up nobody who closes', async () => {
  const { destination, publish, closed, log } = await open(new Set(['first', 'second']), {
    publishing: new Promise(() => {})
  })
  void publish()
  destination.reconnect({ password: 'second' })
  await until(() => log.filter(message => message === 'connected').length === 2)
  await destination.close()
  expect(closed.toSorted()).toEqual(['first', 'second'])
})

test('after close there is no new connection', async () => {
  const { destination, closed, log } = await open(new Set(['first', 'second']))
  await destination.close()
  destination.reconnect({ password: 'second' })
  await new Promise(setImmediate)
  expect(closed).toEqual(['first'])
  expect(log.filter(message => message === 'connected')).toHaveLength(1)
})

test('an attempt that was given up is no news, and no failure', async () => {
  const late = Promise.withResolvers<void>()
  const { destination, publish, log, onKept } = await open(new Set(['first', 'third']), {
    connecting: password => (password === 'second' ? late.promise : undefined)
  })
  destination.reconnect({ password: 'second' })
  destination.reconnect({ password: 'third' })
  await until(async () => (await publish()) === 'third')
  late.resolve()
  await new Promise(setImmediate)
  expect(onKept).not.toHaveBeenCalled()
  expect(log.filter(message => message.startsWith('cannot connect'))).toEqual([])
})
