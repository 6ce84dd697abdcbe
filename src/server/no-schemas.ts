const never = () => {
  throw new Error('no route has a schema')
}

/** For Fastify, which would otherwise load and start its compilers of JSON schemas. No route of the bridge has one. */
export const noSchemas = { compilersFactory: { buildValidator: never, buildSerializer: never } }
