import { type EventType, eventTypes } from '../../../src/event-types.ts'
import { attributes, deadLetterAttributes, TYPE_PREFIX } from './attributes.ts'
import { catalog } from './catalog.ts'
import { type Members, objectSchema } from './presence.ts'

/** A type that consumers can meet: Gemini's, without prefix, or the bridge's own. */
export type ConsumerType = EventType | 'dead_letter'

export const consumerTypes: readonly ConsumerType[] = [...eventTypes, 'dead_letter']

export const DEAD_LETTER_MEANING = 'A webhook from Gemini that can never be published, with its body as it came.'

/** What an event of this type says. */
export function meaningOf(type: ConsumerType): string {
  return type === 'dead_letter' ? DEAD_LETTER_MEANING : catalog[type].meaning
}

/** The name of a type's schema under docs/schemas. */
export function schemaFile(type: ConsumerType): string {
  return `${TYPE_PREFIX}${type}.json`
}

/**
 * The JSON Schema (2020-12) of an event of one type, as JSON (CloudEvents' structured content mode). It is open: members
 * that nobody knows today are valid, in the data too.
 */
export function eventSchema(type: ConsumerType): Record<string, unknown> {
  const fullType = `${TYPE_PREFIX}${type}`
  const named = { type: { presence: 'always', meaning: meaningOf(type), schema: { const: fullType } } } as const
  const members: Members =
    type === 'dead_letter'
      ? { ...deadLetterAttributes, ...named, ...BYTES }
      : { ...attributes, ...named, ...dataOf(type) }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:gemini-event-bridge:schemas:${fullType}`,
    title: fullType,
    description: meaningOf(type),
    ...objectSchema(members)
  }
}

const BYTES: Members = {
  data_base64: {
    presence: 'always',
    meaning: "The webhook's body, byte for byte.",
    schema: { type: 'string', contentEncoding: 'base64' }
  }
}

function dataOf(type: EventType): Members {
  const schema = { title: `Data of ${TYPE_PREFIX}${type}`, ...objectSchema(catalog[type].data) }
  return { data: { presence: 'always', meaning: 'What Gemini says of the job.', schema } }
}

/** A schema as its file has it. */
export function renderSchema(type: ConsumerType): string {
  return `${JSON.stringify(eventSchema(type), null, 2)}\n`
}
