import { getEventListeners } from 'node:events'
import { expect, vi } from 'vitest'
import { createRules, isUnderWay } from './rules.ts'
import type { Answer, Call, Mode, ScriptedBroker } from './scripted-broker.ts'
import type { Memory } from './scripted-marks.ts'
import { ACKNOWLEDGE, AFTER, type Delivery, openWorld, type Setup, type World } from './world.ts'

/** A delivery core whose senders, brokers, shared memory and clock a test holds. */
export interface Model extends World {
  /** The publishes without an answer. */
  readonly open: readonly Call[]
  broker(name: string): ScriptedBroker
  set(name: string, mode: Mode): void
  remember(memory: Memory): void
  /** Lets time pass, and checks all that must be so. */
  wait(ms: number): Promise<void>
  /** All is well again: what is open is answered, and everything is delivered until it is acknowledged. */
  recover(answers: readonly Answer[]): Promise<void>
  /** One target takes nothing any more, and its fallback takes everything in its stead. */
  lose(mode: 'unavailable' | 'thrown' | 'held' | 'deaf'): Promise<void>
  /** Nothing is left. */
  close(): Promise<void>
}

export async function openModel(setup: Setup): Promise<Model> {
  // A run that failed may have left some.
  vi.clearAllTimers()
  const world: World = openWorld(setup, {
    onCall: call => rules.onCall(call),
    onSettled: delivery => rules.onSettled(delivery),
    onFault: error => rules.onFault(error)
  })
  const rules = createRules(world)
  const calls = () => [...world.brokers.values()].flatMap(broker => broker.calls)
  const open = () => calls().filter(({ answer }) => answer === undefined)

  const mend = async () => {
    for (const broker of world.brokers.values()) broker.mode = 'accepted'
    for (const broker of world.brokers.values()) broker.connect()
    await model.wait(0)
  }
  const deliverAll = async (ids: ReadonlySet<string>) => {
    const lacking = [...ids].filter(id => !world.deliveries.some(one => one.id === id && one.state === 'acknowledged'))
    for (const id of lacking) {
      // Each by itself: where all is best effort, there may be no room for more.
      const delivery = world.deliver(id, ACKNOWLEDGE, isReadable(id))
      await model.wait(ACKNOWLEDGE)
      expect(delivery).toMatchObject({ state: isReadable(id) || setup.deadLetter ? 'acknowledged' : 'refused' })
    }
  }

  const model: Model = {
    ...world,
    get open() {
      return open()
    },
    broker(name) {
      const broker = world.brokers.get(name)
      if (broker === undefined) throw new Error(`no broker ${name}`)
      return broker
    },
    set(name, mode) {
      model.broker(name).mode = mode
    },
    remember(memory) {
      world.marks.memory = memory
    },
    async wait(ms) {
      await vi.advanceTimersByTimeAsync(ms)
      expect(rules.check()).toEqual([])
    },
    async recover(answers) {
      await mend()
      for (const [index, call] of open().entries()) call.settle(answers[index % answers.length] ?? 'accepted')
      await model.wait(2 * ACKNOWLEDGE)
      expect(world.deliveries.filter(({ state }) => state === 'open')).toEqual([])
      await deliverAll(new Set(world.deliveries.map(({ id }) => id)))
    },
    async lose(mode) {
      await mend()
      await model.wait(2 * ACKNOWLEDGE)
      model.set('a', mode)
      const first: Delivery = world.deliver('first', ACKNOWLEDGE)
      await model.wait(ACKNOWLEDGE + AFTER)
      const second = world.deliver('second', ACKNOWLEDGE)
      const third = world.deliver('third', ACKNOWLEDGE)
      await model.wait(ACKNOWLEDGE)
      expect([first, second, third]).toMatchObject([{}, { state: 'acknowledged' }, { state: 'acknowledged' }])
      await deliverAll(new Set(['first']))
    },
    async close() {
      await model.wait(2 * ACKNOWLEDGE)
      // Whoever minds a signal has heard by now that nobody waits any more.
      expect(
        open()
          .filter(isUnderWay)
          .map(({ broker, event }) => `${event.id} at ${broker}`)
      ).toEqual([])
      await world.idle()
      const closed = world.close()
      await model.wait(1000)
      await closed
      expect(vi.getTimerCount()).toBe(0)
      for (const { signal } of world.deliveries) expect(getEventListeners(signal, 'abort')).toEqual([])
    }
  }
  // A clock that shows 0 means no time at all to lru-cache.
  await model.wait(1)
  return model
}

/** Whether the body of a webhook with this id is an event. */
export function isReadable(id: string): boolean {
  return !id.startsWith('torn')
}
