import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { root } from '../../spawn.ts'
import { type ConsumerType, schemaFile } from './schema.ts'

/** What is wrong with a value, a line each: `/subject must be string`. */
export type Validator = (value: unknown) => string[]

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
formats.default(ajv)

/** Compiles a schema as a consumer would: strictly, formats included. */
export function validator(schema: object): Validator {
  const validate = ajv.compile(schema)
  return value => {
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

/** The schema of a type as it is published. */
export async function publishedSchema(type: ConsumerType): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${root}docs/schemas/${schemaFile(type)}`, 'utf8'))
}

const published = new Map<ConsumerType, Promise<Validator>>()

/** The validator of a type's published schema. */
export function publishedValidator(type: ConsumerType): Promise<Validator> {
  const known = published.get(type) ?? publishedSchema(type).then(validator)
  published.set(type, known)
  return known
}
