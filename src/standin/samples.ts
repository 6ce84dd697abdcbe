import { type EventType, isEventType } from '../event-types.ts'

/** The body of a webhook, as far as Gemini documents it. */
export interface Envelope {
  readonly type: string
  readonly version: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
  readonly user_metadata?: Readonly<Record<string, unknown>>
}

// Thin payloads: a status and pointers, never the output. Where documentation and practice differ (gs:// and files/,
// error codes as words and as numbers), the samples hold some of each.
const samples: Readonly<Record<EventType, (job: string) => Record<string, unknown>>> = {
  'batch.succeeded': job => ({ id: `batches/${job}`, output_file_uri: `files/batch-${job}` }),
  'batch.failed': job => ({
    id: `batches/${job}`,
    error_code: 'INVALID_ARGUMENT',
    error_message: 'Line 17 of the input file is not a request.'
  }),
  'batch.expired': job => ({ id: `batches/${job}` }),
  'batch.cancelled': job => ({ id: `batches/${job}` }),
  'interaction.completed': job => ({ id: `interactions/${job}` }),
  'interaction.failed': job => ({
    id: `interactions/${job}`,
    error_code: 13,
    error_message: 'The model could not finish.'
  }),
  'interaction.requires_action': job => ({ id: `interactions/${job}` }),
  'interaction.cancelled': job => ({ id: `interactions/${job}` }),
  'video.generated': job => ({
    id: `models/veo-3.1-generate-preview/operations/${job}`,
    output_file_uri: `gs://acme-videos/${job}.mp4`,
    file_name: `${job}.mp4`
  })
}

/**
 * An envelope as Gemini might send it. A type that is not documented (`ping`, for one) gets empty `data`.
 * @param options.metadata the job's `user_metadata`: any JSON
 * @param options.placement where `user_metadata` stands, which is documented nowhere: beside `data` (default) or inside
 * @param options.job the last part of the job's name (default: always the same one)
 * @param options.now the envelope's timestamp (default: now), written in whole seconds
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 */
export function sample(
  type: string,
  options: {
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly placement?: 'envelope' | 'data'
    readonly job?: string
    readonly now?: Date
  } = {}
): Envelope {
  const { metadata, placement = 'envelope', job = '7f3k29qx5vhd', now = new Date() } = options
  const data = isEventType(type) ? samples[type](job) : {}
  const user = metadata === undefined ? {} : { user_metadata: metadata }
  return {
    type,
    version: 'v1',
    timestamp: now.toISOString().replace(/\.\d+/, ''),
    data: { ...data, ...(placement === 'data' && user) },
    ...(placement === 'envelope' && user)
  }
}
