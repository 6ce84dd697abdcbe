import { type Mock, vi } from 'vitest'
import { broker, openLeaderLane, type Placed } from '../../../adapters/kafka/lane.ts'
import type { Lane } from '../../../adapters/lane/lane.ts'
import { startWaiting } from '../../../adapters/lane/waiting.ts'
import { begin, type Publication } from '../lane/publication.ts'
import { type ScriptedClient, scriptedClient } from './scripted-client.ts'

export { holdTime, turn } from '../lane/held-time.ts'

/** A lane to the broker 7, which leads every partition. */
export interface LaneHarness {
  readonly lane: Lane<Placed>
  readonly client: ScriptedClient
  readonly refresh: Mock<() => Promise<void>>
  publish(text: string, partition?: number): Publication
}

export function openTestLane(): LaneHarness {
  const client = scriptedClient([])
  const refresh = vi.fn(async () => {})
  const lane = openLeaderLane(7, {
    topic: 'jobs',
    client,
    refresh,
    route(records) {
      for (const waiting of records) lane.add(waiting)
    }
  })
  return {
    lane,
    client,
    refresh,
    publish: (text, partition = 0) =>
      begin(signal => {
        const record = { key: undefined, headers: {}, value: Buffer.from(text) }
        const { waiting, messageId } = startWaiting({ record, partition }, broker, signal)
        lane.add(waiting)
        return messageId
      })
  }
}
