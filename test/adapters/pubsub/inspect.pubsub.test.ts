import { protos } from '@google-cloud/pubsub'
import { expect, onTestFinished, vi } from 'vitest'
import pubsub from '../../../adapters/pubsub.ts'
import type { Finding } from '../../../src/adapter.ts'
import { within } from '../../../src/testing/expect.ts'
import { type Answer, openFront } from '../../brokers/pubsub/front.ts'
import { PROJECT } from '../../brokers/pubsub/peer.ts'
import { it as base, uniqueTopic } from '../../brokers/pubsub/shared.ts'
import { inShort, inspected, saysOf } from '../inspected.ts'

const named = (topic: string) => `projects/${PROJECT}/topics/${topic}`
const REACHED = ['reachable: ok', 'authenticated: ok']
const { Topic } = protos.google.pubsub.v1
/** google.iam.v1.TestIamPermissionsResponse: `permissions`, field 1. */
const permitted = (...permissions: readonly string[]) =>
  Buffer.concat(permissions.map(name => Buffer.from([0x0a, name.length, ...Buffer.from(name)])))

const it = base
  /** Inspects a topic of the server, where calls of these methods are answered so. */
  .extend('inspect', ({ at }) => {
    return async (topic: string, answers: Readonly<Record<string, Answer>> = {}, signal?: AbortSignal) => {
      let way = at
      for (const [method, answer] of Object.entries(answers)) {
        const front = await openFront(way)
        onTestFinished(() => front.close())
        front.answer(answer, { when: ({ path }) => path.endsWith(`/${method}`) })
        way = front.at
      }
      return inspectAt(way, topic, signal)
    }
  })

async function inspectAt(at: string, topic: string, signal?: AbortSignal): Promise<Finding[]> {
  vi.stubEnv('PUBSUB_EMULATOR_HOST', at)
  try {
    return await inspected(pubsub, { topic: named(topic) }, {}, signal)
  } finally {
    vi.unstubAllEnvs()
  }
}

const PUBLISHER = { TestIamPermissions: { body: permitted('pubsub.topics.publish') } }

it('says that all is well', async ({ subscription, inspect, peer }) => {
  const findings = await inspect(subscription, PUBLISHER)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: ok', 'permission: ok', 'durability: ok'])
  expect(saysOf(findings, 'durability', 'ok')).toBe('The topic has subscriptions: 1.')
  expect(await peer.read(subscription)).toEqual([])
})

it('what knows no permissions, as an emulator, says nothing of them', async ({ subscription, inspect }) => {
  const findings = await inspect(subscription)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: ok', 'permission: unknown', 'durability: ok'])
})

it('a topic without a subscription keeps nothing, unless it does so by itself', async ({ topic, inspect }) => {
  const findings = await inspect(topic, PUBLISHER)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: ok', 'permission: ok', 'durability: warning'])
  expect(saysOf(findings, 'durability', 'warning')).toMatch(/no subscription.*keeps nothing.*Create one/)
  const body = Topic.encode({ name: named(topic), messageRetentionDuration: { seconds: 129_600 } }).finish()
  const keeping = await inspect(topic, { ...PUBLISHER, GetTopic: { body } })
  expect(saysOf(keeping, 'durability', 'ok')).toContain('keeps messages for 1.5 days by itself')
})

it('a topic that is not there is a fault', async ({ inspect }) => {
  const topic = uniqueTopic()
  const findings = await inspect(topic)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: fault'])
  expect(saysOf(findings, 'exists', 'fault')).toMatch(`There is no "${named(topic)}" in Pub/Sub`)
})

it('whoever may not publish is told what to grant', async ({ subscription, inspect }) => {
  const findings = await inspect(subscription, { TestIamPermissions: { body: permitted() } })
  expect(inShort(findings)).toContain('permission: fault')
  expect(saysOf(findings, 'permission', 'fault')).toContain('Grant its service account roles/pubsub.publisher')
  const message = 'Cloud Pub/Sub API has not been used in project 7 before.'
  const disabled = await inspect(subscription, { TestIamPermissions: { code: 7, message } })
  expect(saysOf(disabled, 'permission', 'fault')).toContain(message)
})

it('whoever may only publish is told what to grant to know more', async ({ subscription, inspect }) => {
  const refused = { code: 7, message: 'User not authorized.' }
  const findings = await inspect(subscription, { ...PUBLISHER, GetTopic: refused, ListTopicSubscriptions: refused })
  expect(inShort(findings)).toEqual([...REACHED, 'exists: unknown', 'permission: ok', 'durability: unknown'])
  for (const about of ['exists', 'durability'] as const) {
    expect(saysOf(findings, about, 'unknown')).toContain('grant its service account roles/pubsub.viewer on the topic')
  }
})

it.for([
  [16, 'UNAUTHENTICATED', ['reachable: ok', 'authenticated: fault'], /refused the credentials/],
  [12, 'UNIMPLEMENTED', ['reachable: fault'], /not Pub\/Sub.*Correct endpoint/],
  [14, 'UNAVAILABLE', ['reachable: fault'], /cannot be reached.*Check the network/],
  [2, 'UNKNOWN', ['reachable: fault'], /cannot be looked at \(UNKNOWN\)/]
] as const)('%i %s is all there is to say', async ([code, , found, says], { topic, inspect }) => {
  const findings = await inspect(topic, { GetTopic: { code, message: 'the token is hunter2' } })
  expect(inShort(findings)).toEqual(found)
  expect(findings.at(-1)?.says).toMatch(says)
})

it('what does not answer is not waited for', async ({ topic, inspect }) => {
  const silent = { delay: Infinity }
  const first = await within(5000, inspect(topic, { GetTopic: silent }), 'its end')
  expect(inShort(first)).toEqual(['reachable: fault'])
  expect(saysOf(first, 'reachable', 'fault')).toMatch(/did not answer.*endpoint can be reached/)
  const others = { TestIamPermissions: silent, ListTopicSubscriptions: silent }
  const later = await within(8000, inspect(topic, others), 'its end')
  expect(inShort(later)).toEqual([...REACHED, 'exists: ok', 'permission: unknown', 'durability: unknown'])
  const stop = AbortSignal.timeout(200)
  await within(1000, inspect(topic, others, stop), 'its end')
})

it('nobody listens', async ({ topic }) => {
  expect(inShort(await inspectAt('127.0.0.1:1', topic))).toEqual(['reachable: fault'])
})
