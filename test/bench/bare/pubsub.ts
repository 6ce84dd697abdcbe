import { PubSub } from '@google-cloud/pubsub'
import { serveBare } from './serve.ts'

// The baseline for Pub/Sub: what one would write by hand, with the client's own batching, which by default waits for
// 10 ms: with 2 ms it does best.

const { PUBSUB_TOPIC = '', PUBSUB_PROJECT_ID = '' } = process.env
// Otherwise the client looks for credentials.
const pubsub = new PubSub({ projectId: PUBSUB_PROJECT_ID, clientOptions: { universeDomain: 'googleapis.com' } })
const topic = pubsub.topic(PUBSUB_TOPIC, { batching: { maxMilliseconds: 2 } })

await serveBare(({ id, type, data }) =>
  topic.publishMessage({ json: data, attributes: { 'ce-id': id, 'ce-type': type } })
)
