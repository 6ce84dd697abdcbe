import { readFile } from 'node:fs/promises'
import { root } from '../../spawn.ts'
import { renderAsyncapi } from './asyncapi.ts'
import { consumerSections } from './consumers.ts'
import { consumerTypes, renderSchema, schemaFile } from './schema.ts'
import { eventSections } from './sections.ts'

/** The documents for consumers that are generated as a whole: path and text. */
export async function consumerFiles(): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  const schemas = consumerTypes.map(type => [`docs/schemas/${schemaFile(type)}`, renderSchema(type)])
  return { ...Object.fromEntries(schemas), 'docs/asyncapi.yaml': renderAsyncapi(version) }
}

/** The generated sections of docs/events.md. */
export async function consumerDocSections(): Promise<Record<string, string>> {
  return { ...(await eventSections()), ...(await consumerSections()) }
}
