import { CloudEvent as Oracle } from 'cloudevents'
import { describe, expect, it } from 'vitest'
import memory, { openMemory } from '../../adapters/memory.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { adapterContract } from '../../src/testing.ts'
import { openMemoryHarness } from './memory-harness.ts'

const { signal } = new AbortController()

describe('the adapter contract, in memory', () => {
  const lacks = {
    missing: 'there is only one memory',
    refused: 'it asks for no credentials',
    oversize: 'an event is bounded by limits.body alone'
  }
  for (const { name, run } of adapterContract(openMemoryHarness, lacks)) it(name, run)
})

describe('memory', () => {
  it('holds events that the cloudevents package takes', async () => {
    const connection = openMemory({ capacity: 1 })
    await connection.publish(sampleEvent(), signal)
    const [event] = connection.events
    expect(new Oracle({ ...event }).validate()).toBe(true)
  })

  it('keeps the newest events, oldest first', async () => {
    const connection = openMemory({ capacity: 2 })
    const events = [sampleEvent(), sampleEvent(), sampleEvent()]
    for (const event of events) await connection.publish(event, signal)
    expect(connection.events).toEqual(events.slice(1))
  })

  it('accepts nothing after the deadline, even if it has recovered by then', async () => {
    const connection = openMemory({ capacity: 1 })
    const deadline = new AbortController()
    connection.fault = 'hung'
    const publishing = connection.publish(sampleEvent(), deadline.signal)
    connection.fault = undefined
    deadline.abort()
    await expect(publishing).rejects.toThrow(/before the deadline/)
    await expect(connection.publish(sampleEvent(), deadline.signal)).rejects.toThrow(/before the deadline/)
    expect(connection.events).toEqual([])
  })

  it('shares nothing between connections', async () => {
    const [one, other] = [openMemory({ capacity: 2 }), openMemory({ capacity: 2 })]
    await one.publish(sampleEvent(), signal)
    expect(other.events).toEqual([])
  })

  it.each([0, 100_001, 1.5])('refuses a capacity of %s', capacity => {
    expect(memory.options.safeParse({ capacity }).success).toBe(false)
  })

  it('keeps 1000 events unless told otherwise', () => {
    expect(memory.options.parse({})).toEqual({ capacity: 1000 })
  })
})
