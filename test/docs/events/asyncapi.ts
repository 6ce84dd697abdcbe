import { stringify } from 'yaml'
import { TYPE_PREFIX } from './attributes.ts'
import { type Broker, brokers, type Kind } from './brokers.ts'
import { type ConsumerType, consumerTypes, meaningOf } from './schema.ts'

const DESCRIPTION = [
  "Gemini's webhooks as CloudEvents 1.0, as this service publishes them by its adapters' defaults. events.md says what",
  'can be relied on: events may come again, so deduplicate by source and id; types and members may come that are not here.',
  'AsyncAPI has bindings for Kafka and Pub/Sub, and none for EventBridge: there, a message is the "detail" that targets',
  'of rules get, and what stands around it is told in words.'
].join(' ')

/**
 * The AsyncAPI 3.0 document of what the bridge sends; it refers to the JSON Schemas beside it.
 * @param version the package's
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function renderAsyncapi(version: string): string {
  const license = { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'gemini-event-bridge', version, description: DESCRIPTION, license },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(Object.entries(brokers).map(([name, { server }]) => [name, server])),
    channels: forEach((name, broker, kind) => ({ [channelName(name, kind)]: channel(name, broker, kind) })),
    operations: forEach((name, _broker, kind) => ({
      [`send.${channelName(name, kind)}`]: { action: 'send', channel: reference('channels', channelName(name, kind)) }
    })),
    components: {
      messages: forEach((name, broker, kind) =>
        Object.fromEntries(typesOf(kind).map(type => [messageName(name, type), message(name, broker, kind, type)]))
      ),
      messageTraits: forEach((name, { trait }, kind) => ({ [channelName(name, kind)]: trait(kind) }))
    }
  }
  return stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })
}

const kinds: readonly Kind[] = ['event', 'deadLetter']

/** One mapping of what each broker has for events, and for dead letters. */
function forEach(make: (name: string, broker: Broker, kind: Kind) => Record<string, unknown>): Record<string, unknown> {
  const made = Object.entries(brokers).flatMap(([name, broker]) => kinds.map(kind => make(name, broker, kind)))
  return Object.assign({}, ...made)
}

function typesOf(kind: Kind): readonly ConsumerType[] {
  return consumerTypes.filter(type => (type === 'dead_letter') === (kind === 'deadLetter'))
}

const channelName = (name: string, kind: Kind) => (kind === 'event' ? `${name}.events` : `${name}.deadLetters`)
const messageName = (name: string, type: ConsumerType) => `${name}.${type}`
const reference = (...path: string[]) => ({ $ref: `#/${path.join('/')}` })

function channel(name: string, broker: Broker, kind: Kind): Record<string, unknown> {
  const { parameter, meaning, example } = broker.channel
  return {
    address: `{${parameter}}`,
    title: kind === 'event' ? `Events in ${broker.title}` : `Dead letters in ${broker.title}`,
    servers: [reference('servers', name)],
    parameters: { [parameter]: { description: meaning, examples: [example] } },
    messages: Object.fromEntries(
      typesOf(kind).map(type => [type, reference('components', 'messages', messageName(name, type))])
    )
  }
}

function message(name: string, broker: Broker, kind: Kind, type: ConsumerType): Record<string, unknown> {
  const fullType = `${TYPE_PREFIX}${type}`
  return {
    name: fullType,
    title: `${fullType} in ${broker.title}`,
    summary: meaningOf(type),
    traits: [reference('components', 'messageTraits', channelName(name, kind))],
    ...broker.message(type, fullType)
  }
}
