import { z } from 'zod'
import { destinationName } from './destination-schema.ts'
import { filterSchema } from './filter-schema.ts'

const TO_ERROR = 'must be a list of destinations'

/** Which events go where. */
export const routes = z
  .array(
    z.strictObject({
      filter: filterSchema.exactOptional(),
      to: z
        .array(destinationName, { error: TO_ERROR })
        .min(1, { error: 'needs at least one destination' })
        .meta({ description: 'The destinations of events that match.', examples: [['analytics']] }),
      delivery: z
        .enum(['required', 'bestEffort'], { error: 'must be required or bestEffort' })
        .default('required')
        .meta({
          description: 'required: acknowledged only once these destinations have it. bestEffort: never waited for.',
          examples: ['bestEffort']
        })
    })
  )
  .min(1, { error: 'needs at least one route; leave it out to send every event everywhere' })
  .meta({
    description:
      'Which events go where; all routes that match count. Without it, all go to every destination but the dead letter.',
    examples: [[{ filter: { prefix: { type: 'com.google.gemini.batch.' } }, to: ['analytics'] }]]
  })

export const deadLetter = destinationName.meta({
  description: 'The destination for verified webhooks that can never be published.',
  examples: ['parking']
})
