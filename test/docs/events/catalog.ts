import type { EventType } from '../../../src/event-types.ts'
import type { Members } from './presence.ts'

/** What an event type says, and what is in the data of its events. */
export interface Description {
  readonly meaning: string
  readonly data: Members
}

const text = { type: 'string' }

/** In the data of every event, if the job had any. */
const metadata: Members = {
  user_metadata: {
    presence: 'sometimes',
    meaning: 'What the job was given as its user_metadata when it was started: any JSON.',
    schema: {}
  }
}

const job = (what: string): Members => ({
  id: { presence: 'always', meaning: `The ${what}, by its name at the Gemini API. Opaque.`, schema: text }
})

const failure: Members = {
  error_code: {
    presence: 'usually',
    meaning: 'Why, for programs: a word or a number.',
    schema: { type: ['string', 'number'] }
  },
  error_message: { presence: 'usually', meaning: 'Why, for people.', schema: text }
}

const NOT_SUBSCRIBABLE = 'Gemini documents it, but takes no subscription to it: it may never come.'

/**
 * Every event type, as far as it is known what Gemini sends. Where documentation, samples and reports differ, a member is
 * not `always` there.
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 */
export const catalog: Readonly<Record<EventType, Description>> = {
  'batch.succeeded': {
    meaning: 'A batch has finished, and its results are ready.',
    data: {
      ...job('batch'),
      output_file_uri: {
        presence: 'usually',
        meaning: 'The file with the results; absent where they are inline. Opaque: files/… and gs://… have been seen.',
        schema: text
      },
      ...metadata
    }
  },
  'batch.failed': { meaning: 'A batch has failed.', data: { ...job('batch'), ...failure, ...metadata } },
  'batch.expired': { meaning: 'A batch has not finished in time.', data: { ...job('batch'), ...metadata } },
  'batch.cancelled': {
    meaning: `A batch has been cancelled. ${NOT_SUBSCRIBABLE}`,
    data: { ...job('batch'), ...metadata }
  },
  'interaction.completed': {
    meaning: 'An interaction that ran in the background has finished; fetch its output by its id.',
    data: { ...job('interaction'), ...metadata }
  },
  'interaction.failed': {
    meaning: 'An interaction has failed.',
    data: { ...job('interaction'), ...failure, ...metadata }
  },
  'interaction.requires_action': {
    meaning: "An interaction waits for you, for example for a function's result.",
    data: { ...job('interaction'), ...metadata }
  },
  'interaction.cancelled': {
    meaning: `An interaction has been cancelled. ${NOT_SUBSCRIBABLE}`,
    data: { ...job('interaction'), ...metadata }
  },
  'video.generated': {
    meaning:
      'A video is ready. Which of these members it has, differs between what Google has published: be ready for any.',
    data: {
      id: { presence: 'usually', meaning: 'The operation, by its name at the Gemini API. Opaque.', schema: text },
      output_file_uri: { presence: 'sometimes', meaning: 'The file with the video. Opaque.', schema: text },
      file_name: { presence: 'sometimes', meaning: "That file's name.", schema: text },
      video_uri: { presence: 'sometimes', meaning: 'Where the video is. Opaque.', schema: text },
      ...metadata
    }
  }
}
