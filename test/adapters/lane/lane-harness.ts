import { type Lane, openLane } from '../../../adapters/lane/lane.ts'
import { begin, type Publication } from './publication.ts'
import { type Item, type ScriptedBroker, type Shape, scriptedBroker } from './scripted-broker.ts'

export interface LaneHarness {
  readonly lane: Lane<Item>
  readonly broker: ScriptedBroker
  /** An item has one byte and no order, unless said otherwise. */
  publish(text: string, more?: Partial<Item>): Publication
}

export function openTestLane(shape?: Shape): LaneHarness {
  const broker = scriptedBroker(shape)
  const lane = openLane(broker)
  return {
    lane,
    broker,
    publish: (text, more) => begin(signal => lane.publish({ bytes: 1, order: undefined, ...more, text }, signal))
  }
}
