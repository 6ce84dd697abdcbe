import { z } from '../../src/adapter.ts'

const TOPIC_ERROR =
  "must be a topic's id, or projects/<project>/topics/<id>; an id begins with a letter, has 3 to 255 letters, digits and -_.~+%, and does not begin with goog"
const PROJECT_ERROR = "must be a project's id, such as acme-prod"
const KEY_ERROR = "must be true, or a CloudEvents attribute's name: 1 to 20 lower case letters and digits, not data"
const ENDPOINT_ERROR = 'must be host or host:port, such as europe-west3-pubsub.googleapis.com'

function isReachable(endpoint: string): boolean {
  const [, port = '443'] = endpoint.split(':')
  return Number(port) >= 1 && Number(port) <= 65535
}

export const options = z.strictObject({
  topic: z
    .string({ error: TOPIC_ERROR })
    .regex(/^(projects\/[^/\s]+\/topics\/)?(?!goog)[A-Za-z][\w.~+%-]{2,254}$/, { error: TOPIC_ERROR })
    .describe('The topic, of any project: projects/<project>/topics/<id>, or its id. The bridge makes none.')
    .meta({ examples: ['projects/acme/topics/gemini-events'] }),
  projectId: z
    .string({ error: PROJECT_ERROR })
    .regex(/^[^/\s]+$/, { error: PROJECT_ERROR })
    .optional()
    .describe(
      'The project of a topic that is given by its id; otherwise GOOGLE_CLOUD_PROJECT, or that of the credentials.'
    )
    .meta({ examples: ['acme'] }),
  contentMode: z
    .enum(['binary', 'structured'], { error: 'must be binary or structured' })
    .default('binary')
    .describe(
      "CloudEvents' content mode: the event's data as they are, or the whole event as JSON. Attributes in both."
    )
    .meta({ examples: ['binary'] }),
  orderingKey: z
    .union([z.boolean(), z.string().regex(/^(?!data$)[a-z\d]{1,20}$/, { error: KEY_ERROR })], { error: KEY_ERROR })
    .default(false)
    .transform(key => (key === 'false' ? false : key === true || key === 'true' ? 'partitionkey' : key))
    .describe('The attribute that is the ordering key (true: partitionkey); an event without it has none.')
    .meta({ examples: ['partitionkey'] }),
  endpoint: z
    .string({ error: ENDPOINT_ERROR })
    .regex(/^[a-z\d.-]+(:\d{1,5})?$/i, { error: ENDPOINT_ERROR })
    .refine(isReachable, { error: ENDPOINT_ERROR })
    .optional()
    .describe('A regional endpoint. PUBSUB_EMULATOR_HOST, when set, wins.')
    .meta({ examples: ['europe-west3-pubsub.googleapis.com'] })
})

export type PubsubOptions = z.output<typeof options>
