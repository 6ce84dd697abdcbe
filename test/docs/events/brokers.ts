import { attributes, deadLetterAttributes } from './attributes.ts'
import { objectSchema } from './presence.ts'
import { type ConsumerType, schemaFile } from './schema.ts'

/** What AsyncAPI is told of a broker. */
export interface Broker {
  readonly title: string
  readonly server: { readonly host: string; readonly protocol: string; readonly description?: string }
  /** What a channel is there, and what one might be called. */
  readonly channel: { readonly parameter: string; readonly meaning: string; readonly example: string }
  /** What is the same in all messages of events, or of dead letters. */
  trait(kind: Kind): Record<string, unknown>
  /** What is a type's own in its message. */
  message(type: ConsumerType, fullType: string): Record<string, unknown>
}

export type Kind = 'event' | 'deadLetter'

/** The attributes as headers, each under one name or several. */
function headers(kind: Kind, toNames: (attribute: string) => readonly string[]): Record<string, unknown> {
  const members = Object.entries(kind === 'event' ? attributes : deadLetterAttributes)
  return objectSchema(
    Object.fromEntries(members.flatMap(([name, member]) => toNames(name).map(header => [header, member])))
  )
}

/** The data alone, as binary content mode has it. */
function data(type: ConsumerType): Record<string, unknown> {
  if (type !== 'dead_letter') return { payload: { $ref: `./schemas/${schemaFile(type)}#/properties/data` } }
  const payload = { type: 'string', format: 'binary', description: "The webhook's body, byte for byte." }
  return { contentType: 'application/octet-stream', payload }
}

export const brokers: Readonly<Record<string, Broker>> = {
  kafka: {
    title: 'Kafka',
    server: { host: 'kafka.example.com:9092', protocol: 'kafka' },
    channel: { parameter: 'topic', meaning: 'The topic, as the bridge is configured.', example: 'gemini-events' },
    trait: kind => ({
      headers: headers(kind, name => [name === 'datacontenttype' ? 'content-type' : `ce_${name}`]),
      bindings: {
        kafka: { key: { type: 'string', description: 'The attribute partitionkey.' }, bindingVersion: '0.5.0' }
      }
    }),
    message: (type, fullType) => ({ headers: { properties: { ce_type: { const: fullType } } }, ...data(type) })
  },
  pubsub: {
    title: 'Pub/Sub',
    server: { host: 'pubsub.googleapis.com', protocol: 'googlepubsub' },
    channel: {
      parameter: 'topic',
      meaning: 'The topic, by its full name, as the bridge is configured.',
      example: 'projects/acme/topics/gemini-events'
    },
    trait: kind => ({
      headers: headers(kind, name => [`ce-${name}`, ...(name === 'datacontenttype' ? ['content-type'] : [])]),
      // An ordering key is there by option only. The attributes are the headers.
      bindings: { googlepubsub: { bindingVersion: '0.2.0' } }
    }),
    message: (type, fullType) => ({ headers: { properties: { 'ce-type': { const: fullType } } }, ...data(type) })
  },
  eventbridge: {
    title: 'EventBridge',
    server: {
      host: 'events.eu-central-1.amazonaws.com',
      protocol: 'https',
      description: 'AsyncAPI has no binding for EventBridge: a message here is the "detail" of an event on the bus.'
    },
    channel: {
      parameter: 'bus',
      meaning: 'The event bus, as the bridge is configured. "source" is com.google.gemini unless it says otherwise.',
      example: 'gemini-events'
    },
    trait: () => ({ contentType: 'application/cloudevents+json' }),
    message: (type, fullType) => ({
      description: `Its "detail-type" is ${fullType}.`,
      payload: { $ref: `./schemas/${schemaFile(type)}` }
    })
  }
}
