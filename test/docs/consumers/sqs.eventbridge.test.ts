import { EventBridgeClient, PutRuleCommand, PutTargetsCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge'
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect } from 'vitest'
import { ENVIRONMENT } from '../../adapters/eventbridge/harness.ts'
import { CREDENTIALS, REGION, WHOLE_EVENT } from '../../brokers/eventbridge/account.ts'
import { it as base } from '../../brokers/eventbridge/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { codeBlocks } from '../code-blocks.ts'
import { expectOnce } from './expect-once.ts'
import { publishTwice } from './publish-twice.ts'

// A queue that the rule in the documents leads to, from a bus of its own.
const it = base.extend('queue', async ({ eventbridge, bus }, { onCleanup }) => {
  const options = { endpoint: eventbridge.endpoint, region: REGION, credentials: CREDENTIALS }
  const [sqs, events] = [new SQSClient(options), new EventBridgeClient(options)]
  // Short, since what the killed consumer had is invisible for so long.
  const Attributes = { VisibilityTimeout: '3' }
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: bus.name, Attributes }))
  const attributes = async () => {
    const all = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })
    return (await sqs.send(all)).Attributes ?? {}
  }
  const [EventPattern] = (await codeBlocks('docs/events.md', 'json')).filter(block => block.includes('detail-type'))
  const rule = { EventBusName: bus.name, Rule: 'jobs' }
  await events.send(new PutRuleCommand({ EventBusName: bus.name, Name: rule.Rule, EventPattern }))
  const { QueueArn: Arn } = await attributes()
  const target = { Id: 'jobs', Arn, InputTransformer: WHOLE_EVENT }
  await events.send(new PutTargetsCommand({ ...rule, Targets: [target] }))
  onCleanup(async () => {
    await events.send(new RemoveTargetsCommand({ ...rule, Ids: [target.Id] }))
    await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  })
  return { url: QueueUrl, attributes }
})

it('the consumer in the documents handles each event once', async ({ eventbridge, bus, queue, onTestFinished }) => {
  const folder = temporaryFolder('geb-consumer-')
  onTestFinished(() => folder.remove())
  const { endpoint } = eventbridge
  await publishTwice(folder.path, { adapter: 'eventbridge', bus: bus.name, endpoint }, ENVIRONMENT)
  await expectOnce('sqs', folder.path, { ...ENVIRONMENT, AWS_ENDPOINT_URL_SQS: endpoint, SQS_QUEUE_URL: queue.url })
  // Acknowledged is deleted.
  expect(await queue.attributes()).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0'
  })
})
