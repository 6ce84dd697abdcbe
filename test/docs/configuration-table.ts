import { table } from './table.ts'

/** As much of a JSON Schema as the table needs. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

/** Every key of the configuration file, with its default and its description, from the published JSON Schema. */
export function configurationTable(schema: object): string {
  return table(['key', 'default', 'meaning'], optionRows(schema))
}

/** Key, default and description of everything in a mapping. */
export function optionRows(schema: object): string[][] {
  return rows(schema, '')
}

function rows(schema: Schema, prefix: string): string[][] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, value]) => {
    const path = `${prefix}${name}`
    const list = value.items && Object.keys(propertiesOf(value.items)).length > 0
    const inner = [
      ...(list && value.items ? rows(value.items, `${path}[].`) : rows(value, `${path}.`)),
      ...(typeof value.additionalProperties === 'object' ? rows(value.additionalProperties, `${path}.<name>.`) : [])
    ]
    const standard = inner.length > 0 || value.default === undefined ? '' : `\`${format(value.default)}\``
    return [[`\`${path}\``, standard, value.description ?? ''], ...inner]
  })
}

/** The members of a mapping, also where it is one of several forms. */
function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  const forms = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  return forms.find(form => form.properties)?.properties ?? {}
}

function format(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
