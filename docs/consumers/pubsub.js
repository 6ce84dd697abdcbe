import { PubSub } from '@google-cloud/pubsub'
import { handle } from './handle.js'

const pubsub = new PubSub({ projectId: process.env.PUBSUB_PROJECT })
const subscription = pubsub.subscription(process.env.PUBSUB_SUBSCRIPTION)

/** The event of a message, in either content mode. */
function eventOf({ attributes, data }) {
  if (attributes['content-type'].startsWith('application/cloudevents+json')) return JSON.parse(data)
  const own = Object.entries(attributes).filter(([name]) => name.startsWith('ce-'))
  return { ...Object.fromEntries(own.map(([name, text]) => [name.slice('ce-'.length), text])), data: JSON.parse(data) }
}

subscription.on('message', message => {
  try {
    handle(eventOf(message))
    message.ack()
  } catch (error) {
    process.stderr.write(`${error.stack}\n`)
    // It comes again, as the subscription's retry policy says, or goes to its dead-letter topic.
    message.nack()
  }
})
// What the client cannot get over by itself, such as a subscription that is not there.
subscription.on('error', async error => {
  process.stderr.write(`${error.stack}\n`)
  process.exitCode = 1
  await stop()
})

/** Takes no more messages, and sends the acknowledgements that are still to be sent. */
async function stop() {
  await subscription.close()
  await pubsub.close()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
