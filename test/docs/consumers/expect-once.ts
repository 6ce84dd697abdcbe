import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { sample } from '../../../src/standin/samples.ts'
import type { Program } from '../../spawn.ts'
import { startConsumer } from './consumer.ts'
import { effects } from './effects.ts'
import { TYPES } from './publish-twice.ts'

const CRASH = new URL('./die-before-acknowledging.js', import.meta.url)
const PREFIX = 'com.google.gemini.'

/**
 * Asserts that a consumer brings about each effect once, of events that have all been published twice. It is killed once,
 * between an effect and the acknowledgement, so that this event comes a third time.
 */
export async function expectOnce(
  name: string,
  directory: string,
  broker: Readonly<Record<string, string>>
): Promise<void> {
  const env = { ...broker, DATABASE: join(directory, 'events.db') }
  const dying = await startConsumer(name, env, CRASH)
  expect(await dying.exit(), dying.stderr).toBe(137)
  expect(effects(env.DATABASE)).toHaveLength(1)

  const consumer = await startConsumer(name, env)
  try {
    // Of the events that were published, none has been acknowledged yet. What the dead one was given comes when its time
    // for it has passed: Pub/Sub's emulator may take several times ten seconds.
    const records = 2 * TYPES.length
    await vi.waitFor(() => expect(lines(consumer).length, consumer.stderr).toBeGreaterThanOrEqual(records), {
      timeout: 100_000,
      interval: 50
    })
    consumer.kill('SIGTERM')
    expect(await consumer.exit(), consumer.stderr).toBe(0)
    expect(lines(consumer).filter(line => line.startsWith('handled: '))).toHaveLength(TYPES.length - 1)
  } finally {
    consumer.kill('SIGKILL')
  }
  const wanted = TYPES.map(type => {
    const { data } = sample(type)
    return { name: data['id'] ?? null, type: `${PREFIX}${type}`, data: JSON.stringify(data) }
  })
  expect(effects(env.DATABASE)).toEqual(wanted.toSorted((a, b) => a.type.localeCompare(b.type)))
}

function lines({ stdout }: Program): string[] {
  return stdout.trim().split('\n').filter(Boolean)
}
