import { z } from 'zod'
import { duration } from './duration.ts'

const NAME_ERROR = "must be a destination's name"

/** A destination, where something else refers to it. Whether there is one is not seen here. */
export const destinationName = z.string({ error: NAME_ERROR })

/** Where a destination's events go while it cannot take them. */
export const fallback = z
  .strictObject({
    to: destinationName.meta({ description: 'The other destination.', examples: ['agents'] }),
    // Two minutes outlast a broker's failover or rolling restart, which a redelivery gets past. After 24 hours Gemini
    // has given up what the fallback should have saved.
    after: duration('1s', '24h')
      .prefault('2m')
      .meta({ description: 'How long the destination must have been unavailable.', examples: ['2m'] })
  })
  .meta({
    description: 'Where events go instead, once the destination has been unavailable for some time.',
    examples: [{ to: 'agents', after: '2m' }]
  })

/** A destination, but for the options of its adapter, which stand beside these keys. */
export const destination = z.looseObject({
  adapter: z.string({ error: 'must be the name of a built-in adapter, a package, or a path' }).meta({
    description: 'A built-in adapter, a package, or a path from the configuration file.',
    examples: ['stdout']
  }),
  fallback: fallback.exactOptional()
})

const DESTINATION_ERROR = 'must be 1 to 63 letters, digits, _ and -, with a letter first'
const NONE_ERROR = 'needs at least one destination'

/** All destinations, by name. */
export const destinations = z
  .record(z.string().regex(/^[A-Za-z][\w-]{0,62}$/, { error: DESTINATION_ERROR }), destination, {
    error: issue => (issue.input === undefined ? NONE_ERROR : undefined)
  })
  .refine(entries => Object.keys(entries).length > 0, { error: NONE_ERROR })
  .meta({
    description:
      'Topics and buses by name, each with its adapter, the options of that adapter, and a fallback if it has one.',
    examples: [{ console: { adapter: 'stdout' } }]
  })
