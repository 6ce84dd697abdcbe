import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { handle } from './handle.js'

const client = new SQSClient()
const QueueUrl = process.env.SQS_QUEUE_URL
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort())

/** Up to ten messages, as soon as there is one; none after 20 seconds, or when it is time to stop. */
async function receive() {
  const poll = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 })
  try {
    const { Messages = [] } = await client.send(poll, { abortSignal: stopping.signal })
    return Messages
  } catch (error) {
    if (stopping.signal.aborted) return []
    throw error
  }
}

while (!stopping.signal.aborted) {
  for (const { Body, ReceiptHandle } of await receive()) {
    try {
      // The rule has no input path: the body is EventBridge's own event, and the CloudEvent its detail.
      handle(JSON.parse(Body).detail)
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    } catch (error) {
      // It comes again after the visibility timeout, or goes to the queue's dead-letter queue.
      process.stderr.write(`${error.stack}\n`)
    }
  }
}
client.destroy()
