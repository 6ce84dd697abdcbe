import { events } from '../../../src/config/events-schema.ts'
import type { Members } from './presence.ts'

/** What stands before Gemini's own name of a type, unless `events.typePrefix` says otherwise. */
export const { typePrefix: TYPE_PREFIX } = events.parse({})

const text = { type: 'string', minLength: 1 }
const time = { type: 'string', format: 'date-time' }

const traced: Members = {
  traceparent: { presence: 'sometimes', meaning: "The W3C trace context of Gemini's request.", schema: text },
  tracestate: { presence: 'sometimes', meaning: 'The rest of that trace context.', schema: text }
}

const fallbackfor: Members = {
  fallbackfor: {
    presence: 'sometimes',
    meaning: 'Only on events that are here in place of another destination: its name.',
    schema: text
  }
}

const source: Members = {
  source: {
    presence: 'always',
    meaning: 'Which of your endpoints at the bridge, so which Gemini project. With id, the identity of the event.',
    schema: { ...text, format: 'uri-reference' }
  }
}

const specversion: Members = {
  specversion: { presence: 'always', meaning: 'The version of CloudEvents.', schema: { const: '1.0' } }
}

/** The attributes of an event, in its own order. */
export const attributes: Members = {
  ...specversion,
  id: {
    presence: 'always',
    meaning: "Gemini's webhook-id, byte for byte: the same each time it delivers the webhook, and in every broker.",
    schema: text
  },
  ...source,
  type: { presence: 'always', meaning: `\`${TYPE_PREFIX}\` and Gemini's own name of the type.`, schema: text },
  subject: {
    presence: 'usually',
    meaning: "The job: the data's id. Absent when that is absent, or no text.",
    schema: text
  },
  time: {
    presence: 'usually',
    meaning: "When it happened: the webhook's timestamp, as sent, with its own precision and offset.",
    schema: time
  },
  datacontenttype: { presence: 'always', meaning: 'What the data are.', schema: { const: 'application/json' } },
  recordedtime: {
    presence: 'always',
    meaning: 'When the bridge received the webhook. Another one on each redelivery.',
    schema: time
  },
  partitionkey: {
    presence: 'always',
    meaning: 'The subject, else the id. The brokers that keep order, keep it among events of one key.',
    schema: text
  },
  apiversion: { presence: 'usually', meaning: "Gemini's version of the webhook's format.", schema: text },
  ...traced,
  ...fallbackfor
}

/** The attributes of a dead letter. */
export const deadLetterAttributes: Members = {
  ...specversion,
  id: {
    presence: 'always',
    meaning:
      'originalid, .dead_letter. and deadletterdest, or "envelope": the same each time Gemini delivers the webhook.',
    schema: text
  },
  ...source,
  type: { presence: 'always', meaning: 'That it is a dead letter.', schema: text },
  subject: { presence: 'sometimes', meaning: "The subject of the webhook's event, if it had one.", schema: text },
  datacontenttype: {
    presence: 'always',
    meaning: 'Bytes: nobody vouches that they are JSON.',
    schema: { const: 'application/octet-stream' }
  },
  recordedtime: { presence: 'always', meaning: 'When the bridge received the webhook.', schema: time },
  partitionkey: { presence: 'always', meaning: 'The subject, else originalid.', schema: text },
  ...traced,
  originalid: {
    presence: 'always',
    meaning: "Gemini's webhook-id: the id that the event would have had.",
    schema: text
  },
  originaltype: {
    presence: 'usually',
    meaning: 'The type that the event would have had; absent when the webhook is no event at all.',
    schema: text
  },
  deadletterreason: {
    presence: 'always',
    meaning: 'Why, as a code of the bridge.',
    schema: { ...text, pattern: '^ERR_' }
  },
  deadletterdest: {
    presence: 'usually',
    meaning: 'The destination that can never take the event; absent when the webhook is no event at all.',
    schema: text
  },
  ...fallbackfor
}
