import { z } from '../../src/adapter.ts'
import { isInstalled, PACKAGE } from './platformatic/installed.ts'
import { sasl } from './sasl-options.ts'
import { tls } from './tls-options.ts'

const BROKERS_ERROR = 'must be a list of host:port'
const BROKER_ERROR =
  'must be host:port, such as kafka-1.example.com:9092 (for an IPv6 address, a name); several have commas between them'
const TOPIC_ERROR = "must be 1 to 249 letters, digits, '.', '_' and '-', and neither '.' nor '..'"
const KEY_ERROR = "must be a CloudEvents attribute's name: 1 to 20 lower case letters and digits, not data"
const CLIENT_ID_ERROR = 'must be a text that is not empty'

/** The published example refers to one variable with all of them, so each item may be several. */
const split = (text: string) => text.split(',').flatMap(part => part.trim() || [])

// An IPv6 address is no host here: kafkajs takes what comes before the first colon.
function isBroker(text: string): boolean {
  const port = Number(/^[\w.-]+:(\d{1,5})$/.exec(text)?.[1])
  return port >= 1 && port <= 65535
}

export const options = z.strictObject({
  brokers: z
    .array(
      z
        .string({ error: BROKER_ERROR })
        .refine(text => split(text).length > 0 && split(text).every(isBroker), { error: BROKER_ERROR }),
      { error: BROKERS_ERROR }
    )
    .min(1, { error: BROKERS_ERROR })
    .transform(items => items.flatMap(split))
    .describe('One or more of the brokers, host:port; the others are learned from them.')
    .meta({ examples: [['kafka-1.example.com:9092', 'kafka-2.example.com:9092']] }),
  topic: z
    .string({ error: TOPIC_ERROR })
    .regex(/^(?!\.{1,2}$)[\w.-]{1,249}$/, { error: TOPIC_ERROR })
    .describe('The topic. It must be there: the bridge makes none.')
    .meta({ examples: ['gemini-events'] }),
  client: z
    .enum(['kafkajs', 'platformatic'], { error: 'must be kafkajs or platformatic' })
    .refine(isInstalled, { error: `needs a package that is not installed: npm install ${PACKAGE}` })
    .default('kafkajs')
    .describe(
      `What speaks to the brokers: kafkajs comes with the bridge, platformatic (${PACKAGE}, to be installed beside it) takes less of the processor for each event.`
    )
    .meta({ examples: ['kafkajs'] }),
  clientId: z
    .string({ error: CLIENT_ID_ERROR })
    .min(1, { error: CLIENT_ID_ERROR })
    .default('gemini-event-bridge')
    .describe("What the brokers' logs and quotas call the bridge.")
    .meta({ examples: ['gemini-event-bridge'] }),
  contentMode: z
    .enum(['binary', 'structured'], { error: 'must be binary or structured' })
    .default('binary')
    .describe("CloudEvents' content mode: attributes as ce_ headers, or the whole event as JSON in the value.")
    .meta({ examples: ['binary'] }),
  key: z
    .string({ error: KEY_ERROR })
    .regex(/^(?!data$)[a-z\d]{1,20}$/, { error: KEY_ERROR })
    .default('partitionkey')
    .describe("The attribute that is the record's key; an event without it has none.")
    .meta({ examples: ['partitionkey'] }),
  compression: z
    .enum(['none', 'gzip'], { error: 'must be none or gzip' })
    .default('none')
    .describe('Of the records.')
    .meta({ examples: ['gzip'] }),
  tls: tls
    .default(false)
    .describe('Encryption: true, or a mapping; false for none.')
    .meta({ examples: [true] }),
  sasl: sasl
    .optional()
    .describe('How the brokers know the bridge.')
    .meta({
      examples: [
        { mechanism: 'scram-sha-512', username: 'gemini-event-bridge', password: `\${env:KAFKA_SASL_PASSWORD}` }
      ]
    })
})

export type KafkaOptions = z.output<typeof options>
