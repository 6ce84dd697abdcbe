import { openKafkajs } from './kafkajs.ts'
import { openLane } from './lane.ts'
import { serveBare } from './serve.ts'

// The bridge's way of sending without the bridge: one lane for the broker, whose requests hold all partitions' records.

const { send, record } = await openKafkajs()
const lane = openLane(send)

await serveBare(webhook => lane(record(webhook)))
