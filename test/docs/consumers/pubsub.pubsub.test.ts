import { describe, expect } from 'vitest'
import { PROJECT } from '../../brokers/pubsub/peer.ts'
import { it } from '../../brokers/pubsub/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { expectOnce } from './expect-once.ts'
import { publishTwice } from './publish-twice.ts'

describe.concurrent('the consumer in the documents', { timeout: 120_000 }, () => {
  it.for(['binary', 'structured'])(
    'handles each event once, %s',
    async (contentMode, { at, peer, topic, subscription, onTestFinished }) => {
      const folder = temporaryFolder('geb-consumer-')
      onTestFinished(() => folder.remove())
      const env = { PUBSUB_EMULATOR_HOST: at, METADATA_SERVER_DETECTION: 'none' }
      await publishTwice(folder.path, { adapter: 'pubsub', topic, projectId: PROJECT, contentMode }, env)
      await expectOnce('pubsub', folder.path, { ...env, PUBSUB_PROJECT: PROJECT, PUBSUB_SUBSCRIPTION: subscription })
      // What it had not acknowledged, it has given back when it ended.
      expect(await peer.read(subscription)).toEqual([])
    }
  )
})
