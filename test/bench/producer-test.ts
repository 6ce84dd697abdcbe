/** Kafka's own producer test, for scale: what Java puts into this broker, from the load's CPU. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from '../brokers/cache.ts'
import { runJdk } from '../brokers/java.ts'
import { jar, kafkaClassPath } from '../brokers/kafka/jars.ts'
import { BODY_BYTES } from './load/signed.ts'

// Beside the broker's own jars, of which it is none.
const TOOLS = {
  path: 'org/apache/kafka/kafka-tools/4.4.0/kafka-tools-4.4.0.jar',
  sha256: '4eb9a7fbfd63badfd8d1a677aa2d54b47b2b2d442ff7d68fd223972afea1954c'
}
const MAIN = 'org.apache.kafka.tools.ProducerPerformance'

export interface ProducerTest {
  readonly records: number
  /** Records a second. */
  readonly rate: number
  /** Milliseconds, queueing in the producer included. */
  readonly p50: number
  readonly p99: number
}

/** @param topic which is there */
export async function testProducer(bootstrap: string, topic: string, records: number): Promise<ProducerTest> {
  const folder = await cached('kafka-tools', TOOLS, async folder =>
    writeFile(join(folder, 'kafka-tools.jar'), await jar(TOOLS.path, TOOLS.sha256))
  )
  const size = ['--num-records', String(records), '--record-size', String(BODY_BYTES), '--throughput', '-1']
  const producer = ['--bootstrap-server', bootstrap, '--topic', topic, '--command-property', 'acks=-1']
  const classPath = [await kafkaClassPath(), join(folder, '*')].join(':')
  return toTest(await runJdk('java', ['-cp', classPath, MAIN, ...producer, ...size]))
}

/** Of its output the last line, which is about all records. */
export function toTest(stdout: string): ProducerTest {
  const found = /^(\d+) records sent, ([\d.]+) records\/sec .* (\d+) ms 50th, .* (\d+) ms 99th/m.exec(stdout)
  if (found === null) throw new Error(`Kafka's producer test has printed no result:\n${stdout}`)
  const [, records, rate, p50, p99] = found.map(Number)
  return { records: records ?? 0, rate: rate ?? 0, p50: p50 ?? 0, p99: p99 ?? 0 }
}
