import { EventBridgeClient, PutRuleCommand, PutTargetsCommand, type Target } from '@aws-sdk/client-eventbridge'
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, onTestFinished } from 'vitest'
import { assertSame } from '../../../src/testing/expect.ts'
import { DELICATE_JSON, sampleEvent } from '../../../src/testing/sample-event.ts'
import { CREDENTIALS, REGION } from '../../brokers/eventbridge/account.ts'
import { parseStructured } from '../structured.ts'
import { it as base, publish } from './fronted.ts'

/** As in the documents. */
const PATTERN = {
  'detail-type': ['com.google.gemini.batch.succeeded'],
  detail: { subject: [{ prefix: 'batches/' }] }
}

/** Makes a queue that a rule of the test's bus leads to, and reads all that has come. */
const it = base.extend('queueOf', ({ eventbridge, bus }) => async (name: string, target: Partial<Target> = {}) => {
  const config = { endpoint: eventbridge.endpoint, region: REGION, credentials: CREDENTIALS }
  const [sqs, events] = [new SQSClient(config), new EventBridgeClient(config)]
  const queue = `${bus.name}-${name}`
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }))
  onTestFinished(async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }))
    for (const client of [sqs, events]) client.destroy()
  })
  const rule = { EventBusName: bus.name, EventPattern: JSON.stringify(PATTERN) }
  await events.send(new PutRuleCommand({ ...rule, Name: name }))
  // The bus's own target has the same id, and goes with the bus.
  const Targets = [{ Id: 'log', Arn: `arn:aws:sqs:${REGION}:123456789012:${queue}`, ...target }]
  await events.send(new PutTargetsCommand({ EventBusName: bus.name, Rule: name, Targets }))
  return async (): Promise<string[]> => {
    const bodies: string[] = []
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
      if (Messages.length === 0) return bodies
      bodies.push(...Messages.map(({ Body = '' }) => Body))
    }
  }
})

it('a rule by type and subject lets through what matches, and nothing else', async ({ adapter, bus, queueOf }) => {
  const receive = await queueOf('all')
  const matching = [sampleEvent(), sampleEvent(undefined, { subject: 'batches/2' })]
  const others = [{ subject: 'videos/1' }, { type: 'com.google.gemini.batch.failed' }].map(attributes =>
    sampleEvent(undefined, attributes)
  )
  const publications = [...matching, ...others].map(event => publish(adapter, event))
  const [first, second] = await Promise.all(publications)
  const received = (await receive()).map(body => JSON.parse(body))
  const details = new Map(received.map(({ id, detail }) => [id, parseStructured(JSON.stringify(detail))]))
  expect(details).toEqual(new Map([first, second].map((id, index) => [id, matching[index]])))
  expect(received[0]).toMatchObject({
    'detail-type': 'com.google.gemini.batch.succeeded',
    source: 'com.google.gemini',
    time: '2026-01-22T12:00:00Z'
  })
  expect(await bus.received()).toHaveLength(4)
})

it('a target with the input path $.detail gets a CloudEvent', async ({ adapter, queueOf }) => {
  // moto does not know input paths. This says the same, but moto then takes any time for a number of seconds.
  const InputTransformer = { InputPathsMap: { detail: '$.detail' }, InputTemplate: '<detail>' }
  const receive = await queueOf('detail', { InputTransformer })
  const { time: _, ...event } = sampleEvent(DELICATE_JSON)
  await publish(adapter, event)
  const [received = '', ...others] = await receive()
  expect(others).toEqual([])
  assertSame(parseStructured(received), event, 'json')
})
