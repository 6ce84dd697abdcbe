import { z } from '../../src/adapter.ts'

const BUS_ERROR = "must be an event bus's name, 1 to 256 letters, digits and /.-_, or its ARN"
const REGION_ERROR = 'must be a region, such as eu-central-1'
const SOURCE_ERROR = 'must be 1 to 256 characters, not all of them white space, that do not begin with aws.'
const ENDPOINT_ERROR = 'must be an http or https URL without user, query and fragment'

export const options = z.strictObject({
  bus: z
    .string({ error: BUS_ERROR })
    .regex(/^([/.\-\w]{1,256}|arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[/.\-\w]{1,256})$/, { error: BUS_ERROR })
    .default('default')
    .describe('The event bus, by its name or ARN. The bridge makes none.')
    .meta({ examples: ['default'] }),
  region: z
    .string({ error: REGION_ERROR })
    .regex(/^[a-z\d-]{1,64}$/, { error: REGION_ERROR })
    .optional()
    .describe("Where the bus is; otherwise as its ARN says, else AWS_REGION or the AWS profile's.")
    .meta({ examples: ['eu-central-1'] }),
  source: z
    .string({ error: SOURCE_ERROR })
    .regex(/^(?!aws\.)(?=.*\S)[^\p{Cc}]{1,256}$/u, { error: SOURCE_ERROR })
    .default('com.google.gemini')
    .describe("The entries' Source. It cannot begin with aws.")
    .meta({ examples: ['com.google.gemini'] }),
  detail: z
    .enum(['event', 'data'], { error: 'must be event or data' })
    .default('event')
    .describe("The entries' Detail: the whole CloudEvent, or its data alone.")
    .meta({ examples: ['event'] }),
  sizeLimit: z
    .enum(['1MiB', '256KiB'], { error: 'must be 1MiB or 256KiB' })
    .default('1MiB')
    .describe('The largest entry, and the largest request: 256KiB where AWS still takes no more.')
    .meta({ examples: ['1MiB'] }),
  endpoint: z
    .url({ protocol: /^https?$/, error: ENDPOINT_ERROR })
    .regex(/^[^@?#]*$/, { error: ENDPOINT_ERROR })
    .optional()
    .describe("Another endpoint than the region's own; otherwise AWS_ENDPOINT_URL_EVENTBRIDGE, when set.")
    .meta({ examples: ['https://vpce-0a1b2c3d.events.eu-central-1.vpce.amazonaws.com'] })
})

/** `sizeLimit` in bytes. */
export const SIZE_LIMITS = { '1MiB': 2 ** 20, '256KiB': 2 ** 18 }

export type EventbridgeOptions = z.output<typeof options>
