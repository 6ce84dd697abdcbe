import type { v1 } from '@google-cloud/pubsub'
import type { Finding } from '../../src/adapter.ts'
import { attempt, ok, shownBy, unknowable } from '../lane/finding.ts'
import { within } from '../lane/within.ts'
import { channelOpener } from './channel.ts'
import { authorizedTopic } from './client.ts'
import { toFinding } from './error.ts'
import type { PubsubOptions } from './options.ts'

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 3000
const PUBLISH = 'pubsub.topics.publish'
const VIEW = 'To know it, grant its service account roles/pubsub.viewer on the topic.'

/** Looks at the topic, at who may get its messages, and at whether the bridge may publish. */
export async function* inspect(
  options: Pick<PubsubOptions, 'topic' | 'projectId' | 'endpoint'>,
  signal: AbortSignal
): AsyncGenerator<Finding> {
  const channel = channelOpener(options.endpoint)()
  const { client, isEmulator } = channel
  try {
    const { answer: topic, fault: unauthorized } = await attempt(() => authorizedTopic(channel, options), refusedBy)
    if (unauthorized) return yield unauthorized
    const ask = <T>(question: (call: Call) => Promise<T>) => {
      // The client writes into it, and its own limit is no deadline.
      const call = { timeout: ANSWER_MS, retry: { retryCodes: [] } }
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
      const asked = () =>
        within(
          inTime,
          channel.own(() => question(call))
        )
      return attempt(asked, cause => toFinding(cause, topic))
    }

    const found = await ask(call => client.getTopic({ topic }, call))
    const unseen = found.fault?.about === 'permission'
    const fault = unseen ? undefined : found.fault
    const [answers, takes] = isEmulator
      ? ['The emulator answers.', 'An emulator wants no credentials.']
      : ['Pub/Sub answers.', 'Pub/Sub takes the credentials.']
    yield* shownBy(fault, answers, takes)
    if (fault) return yield fault
    yield unseen
      ? unknowable('exists', `Whether there is "${topic}" is not knowable with these permissions. ${VIEW}`)
      : ok('exists', `"${topic}" is there.`)

    const [allowed, listed] = await Promise.all([
      ask(call => client.testIamPermissions(asRequest(topic), call)),
      ask(call => client.listTopicSubscriptions({ topic }, { ...call, autoPaginate: false }))
    ])
    if (!allowed.fault) yield mayPublish(allowed.answer[0].permissions ?? [], topic)
    // To ask needs no permission.
    else if (allowed.fault.about === 'permission') yield allowed.fault
    else yield unknowable('permission', `Whether the bridge may publish is not knowable. ${allowed.fault.says}`)
    const kept = Number(found.answer?.[0].messageRetentionDuration?.seconds ?? 0)
    if (!listed.fault) yield durability(listed.answer[0].length, kept)
    else {
      const reason = listed.fault.about === 'permission' ? VIEW : listed.fault.says
      yield unknowable('durability', `Whether the topic has a subscription is not knowable. ${reason}`)
    }
  } finally {
    void channel.close().catch(() => {})
    channel.destroy()
  }
}

interface Call {
  readonly timeout: number
  readonly retry: { retryCodes: number[] }
}

type IamRequest = Parameters<v1.PublisherClient['testIamPermissions']>[0]

/** The client takes a plain object, although its type says otherwise. */
function asRequest(resource: string): IamRequest {
  return { resource, permissions: [PUBLISH] } as unknown as IamRequest
}

/** Why there is no credential, or no project: the adapter's own words. */
function refusedBy(cause: unknown): Finding {
  return { ...toFinding(cause, 'the topic'), about: 'authenticated' }
}

function mayPublish(permissions: readonly string[], topic: string): Finding {
  if (permissions.includes(PUBLISH)) return ok('permission', 'The bridge may publish.')
  const says = `The bridge may not publish to "${topic}". Grant its service account roles/pubsub.publisher on the topic.`
  return { about: 'permission', state: 'fault', says }
}

function durability(subscriptions: number, keptSeconds: number): Finding {
  if (subscriptions > 0) return ok('durability', `The topic has subscriptions: ${subscriptions}.`)
  if (keptSeconds > 0) {
    const days = Number((keptSeconds / 86_400).toFixed(2))
    return ok('durability', `The topic has no subscription, and keeps messages for ${days} days by itself.`)
  }
  const says = 'The topic has no subscription, and so keeps nothing. Create one, or set its message retention duration.'
  return { about: 'durability', state: 'warning', says }
}
