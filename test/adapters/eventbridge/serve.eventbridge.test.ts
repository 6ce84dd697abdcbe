import { HTTP } from 'cloudevents'
import { describe, expect } from 'vitest'
import { CREDENTIALS, REGION, type ReceivedEvent } from '../../brokers/eventbridge/account.ts'
import { it as base, createTestBus } from '../../brokers/eventbridge/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { watchLoading } from '../loaded.ts'
import { byEnvironment, byFile } from '../serve-configuration.ts'
import { expectDiscreet, serveOnce } from '../serve-once.ts'
import { DATA, expectRead, expectStructured } from '../served-webhook.ts'
import { ENVIRONMENT } from './harness.ts'

type Options = Readonly<Record<string, unknown>>

const it = base
  .extend('directory', ({ eventbridge: _eventbridge }, { onCleanup }) => {
    const folder = temporaryFolder('serve-')
    onCleanup(() => folder.remove())
    return folder.path
  })
  // Makes buses that last as long as the test.
  .extend('addBus', ({ account }, { onCleanup }) => {
    const undo: (() => Promise<void>)[] = []
    onCleanup(async () => {
      await Promise.all(undo.map(step => step()))
    })
    return async () => {
      const bus = await createTestBus(account)
      undo.push(bus.delete)
      return bus
    }
  })

const { AWS_REGION: _, ...ELSEWHERE } = ENVIRONMENT
const arn = (bus: string) => `arn:aws:events:${REGION}:123456789012:event-bus/${bus}`

/** Each way to name a bus and to write to it: the options, and what the AWS client finds in the environment. */
const ways: Readonly<
  Record<string, (bus: string, endpoint: string) => { readonly options: Options; readonly env: Record<string, string> }>
> = {
  'the event as detail, the endpoint by its standard variable': (bus, endpoint) => ({
    options: { bus },
    env: { ...ENVIRONMENT, AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint }
  }),
  'the event as detail, by ARN, the region too, and of another source': (bus, endpoint) => ({
    options: { bus: arn(bus), endpoint, source: 'acme.gemini' },
    env: ELSEWHERE
  }),
  'the data as detail, another region than that of the environment': (bus, endpoint) => ({
    options: { bus, endpoint, region: REGION, detail: 'data', sizeLimit: '256KiB' },
    env: { ...ELSEWHERE, AWS_REGION: 'eu-central-1' }
  })
}

/** Asserts that a target gets the event of the webhook with this id. */
function expectEvent(event: ReceivedEvent, id: string, { source = 'com.google.gemini', detail }: Options): void {
  expect(event.source).toBe(source)
  expect(event['detail-type']).toBe('com.google.gemini.batch.succeeded')
  expect(event.time).toBe('2026-01-22T12:00:00Z')
  if (detail === 'data') {
    expect(event.detail).toBe(DATA)
    return
  }
  expectStructured(event.detail, id)
  const headers = { 'content-type': 'application/cloudevents+json' }
  expectRead(HTTP.toEvent({ headers, body: event.detail }), id)
}

describe.concurrent('by environment variables alone', () => {
  it.for(Object.entries(ways))('%s', async ([, way], { eventbridge, addBus, directory }) => {
    const bus = await addBus()
    const { options, env } = way(bus.name, eventbridge.endpoint)
    const loaded = watchLoading(directory)
    const served = await serveOnce(directory, { ...env, ...byEnvironment('eventbridge', options), ...loaded.env })
    const received = await bus.received()
    expect(received).toHaveLength(1)
    for (const event of received) expectEvent(event, served.id, options)
    expectDiscreet(served, [CREDENTIALS.secretAccessKey])
    expect(served.log).not.toContain('WARNING')
    expect(loaded.clients()).toEqual(['@aws-sdk/client-eventbridge'])
  })
})

it('by a file, each way at once', async ({ eventbridge, addBus, directory }) => {
  const destinations = await Promise.all(
    Object.values(ways).map(async way => {
      const bus = await addBus()
      return { bus, options: { region: REGION, ...way(bus.name, eventbridge.endpoint).options } }
    })
  )
  const configured = destinations.map(({ options }) => options)
  const env = { ...ENVIRONMENT, AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_EVENTBRIDGE: eventbridge.endpoint }
  const served = await serveOnce(directory, { ...env, ...byFile(directory, 'eventbridge', configured) })
  for (const { bus, options } of destinations) {
    const received = await bus.received()
    expect(received).toHaveLength(1)
    for (const event of received) expectEvent(event, served.id, options)
  }
  expectDiscreet(served, [CREDENTIALS.secretAccessKey])
})
