import { z } from 'zod'

/** What the bridge gives its events; a route can ask for these, and for the extensions that are configured. */
export const EVENT_ATTRIBUTES: readonly string[] =
  'specversion id source type subject time datacontenttype recordedtime partitionkey apiversion traceparent tracestate'.split(
    ' '
  )

/** Names with a meaning of their own. An extension may replace `partitionkey`, and no other. */
const TAKEN: ReadonlySet<string> = new Set([
  ...EVENT_ATTRIBUTES.filter(name => name !== 'partitionkey'),
  ...['dataschema', 'data', 'fallbackfor', 'originalid', 'originaltype', 'deadletterreason', 'deadletterdest']
])

/** CloudEvents 1.0, "Naming Conventions". */
const NAME_ERROR = 'must be 1 to 20 lower case letters and digits'
const MEMBER_ERROR = "must be names of the payload's members with dots between them"

/** How webhooks become CloudEvents. */
export const events = z.strictObject({
  typePrefix: z
    .string({ error: 'must be at most 128 visible ASCII characters' })
    .regex(/^[\x21-\x7e]{0,128}$/, { error: 'must be at most 128 visible ASCII characters' })
    .prefault('com.google.gemini.')
    .meta({ description: "Put before the envelope's type.", examples: ['com.google.gemini.'] }),
  data: z
    .enum(['payload', 'envelope'], { error: 'must be payload or envelope' })
    .default('payload')
    .meta({
      description: "The events' data: the envelope's data object with user_metadata, or the request's body as it came.",
      examples: ['payload']
    }),
  extensions: z
    .record(
      z
        .string()
        .regex(/^[a-z\d]{1,20}$/, { error: NAME_ERROR })
        .refine(name => !TAKEN.has(name), {
          error: 'is taken: CloudEvents or the bridge itself gives it a meaning'
        }),
      z.string({ error: MEMBER_ERROR }).regex(/^[^.\s\p{Cc}]+(\.[^.\s\p{Cc}]+)*$/u, { error: MEMBER_ERROR })
    )
    .prefault({})
    .meta({
      description: 'Extension attributes: name, and the path in the payload to its value.',
      examples: [{ tenant: 'user_metadata.tenant' }]
    })
})
