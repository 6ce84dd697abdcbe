import { stringify } from 'yaml'
import { adapters } from '../../../adapters/index.ts'
import { renderRecord } from '../../../src/cli/check/render-record.ts'
import { isMapping } from '../../../src/config/tree.ts'
import type { CloudEvent } from '../../../src/event.ts'

/** A destination for each broker whose events consumers read, with the least that it takes. */
export const destinations: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  kafka: { brokers: ['localhost:9092'], topic: 'gemini-events' },
  pubsub: { topic: 'projects/acme/topics/gemini-events' },
  eventbridge: { bus: 'gemini-events', region: 'eu-central-1' }
}

/** The record that a broker's consumers read, from the adapter itself, for people to read. */
export async function recordOf(
  broker: string,
  event: CloudEvent,
  options: Readonly<Record<string, unknown>> = {}
): Promise<unknown> {
  const { default: definition } = (await adapters[broker]?.()) ?? {}
  if (definition?.record === undefined) throw new Error(`The adapter "${broker}" does not say what its records are.`)
  return renderRecord(definition.record(event, definition.options.parse({ ...destinations[broker], ...options })))
}

/** A record as `check --event` writes it. */
export function renderYaml(record: unknown): string {
  return stringify(record, { lineWidth: 0 })
}

/** Where these records differ from each other: the paths of their leaves, such as `headers.ce_type`. */
export function differences(records: readonly unknown[]): string[] {
  const flat = records.map(record => new Map(leaves(record, '')))
  const paths = new Set(flat.flatMap(leaves => [...leaves.keys()]))
  return [...paths].filter(path => new Set(flat.map(leaves => leaves.get(path))).size > 1)
}

function leaves(value: unknown, path: string): (readonly [path: string, leaf: string])[] {
  if (!isMapping(value)) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, member]) => leaves(member, path === '' ? key : `${path}.${key}`))
}
