import { destination } from './destination-schema.ts'
import { configSchema } from './schema.ts'
import { shapeOf } from './shape.ts'

// Whatever is built has these as they are written down then (build/evaluated.ts): at each start, they would be a tenth of it.

/** The shape of the configuration, but for the adapters' own options. */
export const configShape = shapeOf(configSchema)
/** The shape of a destination's own keys. */
export const destinationShape = shapeOf(destination)
