import { expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { folder, SECRET } from '../config/folder.ts'
import { runCheck } from './run-check.ts'

/** The beginning of a configuration: one endpoint, to which others may be added. */
export const HEAD = `endpoints:\n  - { path: /a, verify: { static: { secrets: ["${SECRET}"] } } }\n`
/** Numbers that a double cannot hold. */
export const DATA = '{"id":"batches/1","n":12345678901234567890,"share":1.0}'
export const BODY = `{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":${DATA}}\n`
/** An event whose data are no text. */
export const EVENT = `{"specversion":"1.0","id":"e 1","source":"urn:me","type":"com.example.done","datacontenttype":"text/plain",
  "extra":"yes","data_base64":"/wD+"}`

/**
 * What `check --event` says: its exit code, and its documents.
 * @param config what follows on HEAD
 */
export async function explain(config: string, file: string | Buffer = BODY) {
  const directory = await folder({ 'bridge.yaml': HEAD + config, 'event.json': file })
  const { code, output } = await runCheck({ config: 'bridge.yaml', event: 'event.json' }, directory)
  const documents = parseAllDocuments(output, { customTags: ['binary'] })
  return { code, output, documents: documents.map(document => document.toJS()) }
}

/** The same, of a file that is one event. */
export async function explainOne(config: string, file?: string | Buffer) {
  const { code, output, documents } = await explain(config, file)
  expect(documents).toHaveLength(1)
  return { code, output, ...documents[0] }
}
