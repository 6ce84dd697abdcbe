import { createHmac, timingSafeEqual } from 'node:crypto'
import fastify from 'fastify'
import { Kafka, type Message } from 'kafkajs'
import { partitionOf } from '../../adapters/kafka/partition.ts'

// The baseline for Kafka: what one would write by hand. It checks the signature, takes the job for the key, and collects
// what arrives for a partition while that partition's request is in flight; no limits, no metrics, no log, no deadline.

const topic = process.env['KAFKA_TOPIC'] ?? ''
const secret = Buffer.from((process.env['GEMINI_WEBHOOK_SECRET'] ?? '').slice('whsec_'.length), 'base64')
const kafka = new Kafka({ brokers: [process.env['KAFKA_BROKERS'] ?? ''], logLevel: 0 })
const producer = kafka.producer({
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition ?? 0
})
await producer.connect()
const admin = kafka.admin()
await admin.connect()
const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
await admin.disconnect()

interface Waiting {
  readonly message: Message
  resolve(): void
  reject(error: unknown): void
}

const lanes = (topics[0]?.partitions ?? []).map(() => {
  let queue: Waiting[] = []
  let busy = false
  const run = async () => {
    busy = true
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        await producer.send({ topic, acks: -1, messages: batch.map(({ message }) => message) })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    busy = false
  }
  return (message: Message) =>
    new Promise<void>((resolve, reject) => {
      queue.push({ message, resolve, reject })
      if (!busy) void run()
    })
})

const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post<{ Body: Buffer }>('/webhooks/gemini', async (request, reply) => {
  const id = String(request.headers['webhook-id'])
  const signed = createHmac('sha256', secret).update(`${id}.${request.headers['webhook-timestamp']}.`)
  const expected = signed.update(request.body).digest()
  const signature = Buffer.from(String(request.headers['webhook-signature']).slice('v1,'.length), 'base64')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return reply.code(401).send()
  const { type, data } = JSON.parse(request.body.toString())
  const key = Buffer.from(String(data.id))
  const partition = partitionOf(key, lanes.length)
  await lanes[partition]?.({ partition, key, value: JSON.stringify(data), headers: { ce_id: id, ce_type: type } })
  return reply.code(204).send()
})
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
