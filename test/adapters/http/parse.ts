import { HTTP, CloudEvent as Oracle } from 'cloudevents'
import { expect } from 'vitest'
import type { CloudEvent } from '../../../src/event.ts'
import { parseStructured } from '../structured.ts'

/** A request as the `cloudevents` package takes it: names of headers in small letters. */
interface Message {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/**
 * Reads an event by the `cloudevents` package, which finds out the content mode, and refuses what is no CloudEvent 1.0. In
 * binary content mode, it takes attributes as they stand in the headers, though the binding has them percent-decoded once;
 * that is done here, by a decoder that refuses what is no UTF-8.
 */
export function parse({ headers, body }: Message): CloudEvent {
  const type = String(headers['content-type'])
  const oracle = HTTP.toEvent({ headers: { ...headers }, body: body.toString() })
  if (!(oracle instanceof Oracle)) throw new TypeError('There is more than one event.')
  oracle.validate()
  if (type.startsWith('application/cloudevents')) return parseStructured(body.toString())
  const attributes = Object.entries(headers).flatMap(([name, value]) => {
    if (!name.startsWith('ce-')) return []
    const attribute = name.slice('ce-'.length)
    if (attribute !== 'time') expect(oracle[attribute]).toBe(value)
    return [[attribute, decodeURIComponent(String(value))]]
  })
  expect(oracle.datacontenttype).toBe(type)
  return { ...Object.fromEntries(attributes), datacontenttype: type, data: body }
}
