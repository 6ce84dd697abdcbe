import { openPublisher, type Publisher } from '../../../adapters/kafka/publisher.ts'
import { begin, type Publication } from '../lane/publication.ts'
import { type ScriptedClient, scriptedClient } from './scripted-client.ts'

export interface PublisherHarness {
  readonly publisher: Publisher
  readonly client: ScriptedClient
  /** Without a key, the partitions take turns, from 0. */
  publish(text: string, key?: string): Publication
}

/** @param leading the leader of each partition */
export async function openTestPublisher(leading: readonly number[]): Promise<PublisherHarness> {
  const client = scriptedClient(leading)
  const publisher = await openPublisher(client, 'jobs')
  return {
    publisher,
    client,
    publish: (text, key) =>
      begin(signal => {
        const record = { key: key === undefined ? key : Buffer.from(key), headers: {}, value: Buffer.from(text) }
        return publisher.publish(record, signal)
      })
  }
}
