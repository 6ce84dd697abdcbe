/** How each part of the results is measured. */
import { intoEventbridge, intoPubsub } from './clouds.ts'
import type { Choice, Comparison } from './contender.ts'
import { besideMore, measurePaced } from './flat.ts'
import { CONTENDERS, FEATURES, intoKafka, openKafka } from './kafka.ts'
import { testProducer } from './producer-test.ts'
import { measureResident } from './resident.ts'
import type { Parts } from './results.ts'
import { compare, type Effort, type Result } from './rounds.ts'
import { startUp } from './start-up.ts'

export const CONNECTIONS = [1, 8, 32, 128]
const PRODUCER_RECORDS = 500_000

export const kafka = intoKafka(CONTENDERS, 'by hand', CONNECTIONS)
const features = intoKafka(FEATURES, 'bridge', [32, 128])

/** Opens a comparison, and closes it. */
export async function run(
  open: (choice: Choice) => Promise<Comparison>,
  choice: Choice,
  effort: Effort
): Promise<Result> {
  const comparison = await open(choice)
  try {
    return await compare(comparison, effort, choice.note)
  } finally {
    await comparison.close()
  }
}

export const measurements: {
  readonly [Part in keyof Parts]: (choice: Choice, effort: Effort) => Promise<Parts[Part]>
} = {
  kafka: (choice, effort) => run(kafka, choice, effort),
  async producer() {
    const bench = await openKafka()
    try {
      await bench.createTopic('producer')
      return await testProducer(bench.brokers, 'producer', PRODUCER_RECORDS)
    } finally {
      await bench.close()
    }
  },
  features: (choice, effort) => run(features, choice, effort),
  'start-up': (_choice, { seconds }) => startUp({ starts: 4 * seconds }),
  resident: (choice, { seconds }) => measureResident(choice, seconds),
  async flat(choice, effort) {
    const paced = []
    for (const contender of CONTENDERS) {
      if ('options' in contender) paced.push(...(await measurePaced(contender, choice, effort.seconds)))
    }
    return { paced, beside: await run(besideMore, choice, { ...effort, connections: undefined }) }
  },
  pubsub: (choice, effort) => run(intoPubsub, choice, effort),
  eventbridge: (choice, effort) => run(intoEventbridge, choice, effort)
}
