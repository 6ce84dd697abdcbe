import { HTTP, CloudEvent as Oracle } from 'cloudevents'
import { expect } from 'vitest'
import type { CloudEvent } from '../../src/event.ts'

/**
 * Reads a structured event by the `cloudevents` package, which refuses what is no CloudEvent 1.0. Times and numbers are
 * taken from the JSON text instead: the package rewrites the former and rounds the latter.
 */
export function parseStructured(text: string): CloudEvent {
  const oracle = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: text })
  if (!(oracle instanceof Oracle)) throw new TypeError('There is more than one event.')
  oracle.validate()
  const { data, data_base64, ...attributes } = JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source) : value
  ) as CloudEvent & { data_base64?: string }
  for (const [name, value] of Object.entries(attributes)) if (name !== 'time') expect(oracle[name]).toBe(value)
  const bytes = data_base64 === undefined ? Buffer.from(JSON.stringify(data)) : Buffer.from(data_base64, 'base64')
  return { ...attributes, data: bytes } as CloudEvent
}
