import { expect, test } from 'vitest'
import eventbridge from '../../adapters/eventbridge.ts'
import http from '../../adapters/http.ts'
import kafka from '../../adapters/kafka.ts'
import pubsub from '../../adapters/pubsub.ts'

// By the names of OpenTelemetry's conventions, which has none for EventBridge: as for Amazon SNS; and none for HTTP.
test.each([
  [kafka.messaging?.(kafka.options.parse({ brokers: ['localhost:9092'], topic: 'jobs' })), 'kafka', 'jobs'],
  [pubsub.messaging?.(pubsub.options.parse({ topic: 'projects/acme/topics/jobs' })), 'gcp_pubsub', 'jobs'],
  [pubsub.messaging?.(pubsub.options.parse({ topic: 'jobs', projectId: 'acme' })), 'gcp_pubsub', 'jobs'],
  [eventbridge.messaging?.(eventbridge.options.parse({ bus: 'jobs' })), 'aws.eventbridge', 'jobs'],
  [http.messaging?.(http.options.parse({ url: 'https://a.example/b', query: 'c' })), 'http', 'https://a.example/b']
])('spans call it %j', (messaging, system, destination) => {
  expect(messaging).toEqual({ system, destination })
})
