import { describe, expect } from 'vitest'
import { connectPeer, type Peer, type SubscriptionOptions } from '../../brokers/pubsub/peer.ts'
import { it as base, uniqueTopic } from '../../brokers/pubsub/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { serveKeys } from '../../verify/key-set-server.ts'
import { watchLoading } from '../loaded.ts'
import { byEnvironment, byFile } from '../serve-configuration.ts'
import { expectDiscreet, type Served, serveOnce } from '../serve-once.ts'
import { expectEvent } from './arrived.ts'

type Options = Readonly<Record<string, unknown>>

const it = base
  // A folder, and an environment in which the client might ask a metadata server for credentials or a project.
  .extend('surroundings', async ({ at }, { onCleanup }) => {
    const folder = temporaryFolder('serve-')
    const metadata = await serveKeys({})
    onCleanup(async () => {
      await Promise.all([folder.remove(), metadata.stop()])
    })
    const google = { GCE_METADATA_HOST: new URL(metadata.url).host, GOOGLE_CLOUD_PROJECT: 'surrounding' }
    return { directory: folder.path, metadata, env: { PUBSUB_EMULATOR_HOST: at, ...google } }
  })
  // Makes a topic in a project, which lasts as long as the test, with these subscriptions.
  .extend('addTopic', ({ pubsub, at }, { onCleanup }) => {
    const undo: (() => Promise<void>)[] = []
    onCleanup(async () => {
      await Promise.all(undo.map(step => step()))
    })
    return async (project: string, subscriptions: readonly SubscriptionOptions[] = [{}]) => {
      const peer = connectPeer(pubsub.peer, at, { project })
      const topic = uniqueTopic()
      await peer.createTopic(topic)
      undo.push(() => peer.deleteTopic(topic))
      for (const subscription of subscriptions) {
        await peer.createSubscription(topic, subscription)
        undo.push(() => peer.deleteSubscription(subscription.name ?? topic))
      }
      return { peer, topic }
    }
  })

const servers = {
  "Google's emulator": it.extend('at', ({ emulator }) => emulator),
  pstest: it.extend('at', ({ pstest }) => pstest)
}

/** Each way to name a topic and to write to it: the project that the topic is in, and the options. */
const ways: Readonly<Record<string, readonly [project: string, options: (topic: string) => Options]>> = {
  'binary, the topic by its full name': ['named', topic => ({ topic: `projects/named/topics/${topic}` })],
  'structured, in order, the topic by its id in a project': [
    'chosen',
    topic => ({ topic, projectId: 'chosen', contentMode: 'structured', orderingKey: true })
  ],
  'in order of an attribute, the topic by its id alone': ['surrounding', topic => ({ topic, orderingKey: 'id' })],
  'structured, an endpoint beside the emulator': [
    'surrounding',
    topic => ({ topic, contentMode: 'structured', endpoint: '127.0.0.1:1' })
  ]
}

/** Asserts that the topic has the event and nothing else. */
async function expectArrived(peer: Peer, topic: string, id: string, options: Options): Promise<void> {
  const messages = await peer.read(topic)
  expect(messages).toHaveLength(1)
  for (const message of messages) expectEvent(message, id, options)
}

/** Asserts that the bridge has warned of nothing, and has asked nobody but the broker. */
function expectQuiet(served: Served, metadata: { readonly requests: number }): void {
  expectDiscreet(served)
  expect(served.log).not.toContain('WARNING')
  expect(metadata.requests).toBe(0)
}

describe.each(Object.entries(servers))('on %s', (_server, it) => {
  describe.concurrent('by environment variables alone', () => {
    it.for(Object.entries(ways))('%s', async ([, [project, optionsFor]], { addTopic, surroundings }) => {
      const { directory, metadata, env } = surroundings
      const { peer, topic } = await addTopic(project)
      const options = optionsFor(topic)
      const loaded = watchLoading(directory)
      const served = await serveOnce(directory, { ...env, ...byEnvironment('pubsub', options), ...loaded.env })
      await expectArrived(peer, topic, served.id, options)
      expectQuiet(served, metadata)
      expect(loaded.clients()).toEqual(['@google-cloud/pubsub', 'google-auth-library'])
    })
  })

  it('by a file, each way at once', async ({ addTopic, surroundings: { directory, metadata, env } }) => {
    const destinations = await Promise.all(
      Object.values(ways).map(async ([project, optionsFor]) => {
        const { peer, topic } = await addTopic(project)
        return { peer, topic, options: optionsFor(topic) }
      })
    )
    const configured = destinations.map(({ options }) => options)
    const served = await serveOnce(directory, { ...env, ...byFile(directory, 'pubsub', configured) })
    await Promise.all(destinations.map(({ peer, topic, options }) => expectArrived(peer, topic, served.id, options)))
    expectQuiet(served, metadata)
  })
})

const filters = [
  'attributes.ce-type = "com.google.gemini.batch.succeeded"',
  'attributes.ce-type = "com.google.gemini.batch.failed"',
  'hasPrefix(attributes.ce-subject, "batches/")',
  'hasPrefix(attributes.ce-subject, "videos/")'
]

servers.pstest(
  'filters of subscriptions see the attributes, in both content modes',
  async ({ addTopic, surroundings: { directory, env } }) => {
    const project = 'filtered'
    const destinations = await Promise.all(
      ['binary', 'structured'].map(async contentMode => {
        const subscriptions = filters.map(filter => ({ filter, name: uniqueTopic() }))
        const { peer, topic } = await addTopic(project, subscriptions)
        const given = async () => Promise.all(subscriptions.map(async ({ name }) => (await peer.read(name)).length))
        return { given, options: { topic, projectId: project, contentMode } }
      })
    )
    const configured = destinations.map(({ options }) => options)
    await serveOnce(directory, { ...env, ...byFile(directory, 'pubsub', configured) })
    for (const { given } of destinations) expect(await given()).toEqual([1, 0, 1, 0])
  }
)
