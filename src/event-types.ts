/**
 * The nine event types that Gemini documents, without prefix. The bridge takes any other as well.
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 */
export const eventTypes = [
  'batch.succeeded',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
  'interaction.completed',
  'interaction.failed',
  'interaction.requires_action',
  'interaction.cancelled',
  'video.generated'
] as const

export type EventType = (typeof eventTypes)[number]

/** Whether Gemini documents this type. */
export function isEventType(type: string): type is EventType {
  return (eventTypes as readonly string[]).includes(type)
}
