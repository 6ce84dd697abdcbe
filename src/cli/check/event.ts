import { stringify } from 'yaml'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { fallback as fallbackSchema } from '../../config/destination-schema.ts'
import { createRouter, explainRoutes, type Target } from '../../deliver/routes.ts'
import type { Io } from '../io.ts'
import { answerTo, answerToUnreadable, type Fate } from './answer.ts'
import { type EventReading, type InputIo, type Reading, readEvent } from './input.ts'
import { deadLetterOf, recordAt } from './record.ts'
import { renderRecord } from './render-record.ts'

/**
 * Explains one event as YAML: which routes match and why the others do not, the record that each destination receives,
 * and what Gemini is answered; a document for each source that the endpoints give their events. Connects to nothing.
 * @param file a webhook's body, or an event in structured content mode; `-` for standard input
 * @param now when the webhook arrives, in milliseconds since the epoch
 * @returns the exit code: 1 if the body is no event
 * @throws {ConfigError} when there is no such file, or it is neither
 */
export async function checkEvent(
  file: string,
  config: Config,
  io: InputIo & Pick<Io, 'stdout'>,
  now = Date.now()
): Promise<number> {
  const readings = await readEvent(file, config, io, now)
  const documents = readings.map(reading => stringify(explain(reading, config), { lineWidth: 0 }))
  io.stdout.write(documents.join('---\n'))
  return readings.every(reading => 'event' in reading) ? 0 : 1
}

function explain(reading: Reading, config: Config): object {
  if ('event' in reading) return explainEvent(reading, config)
  const { endpoints, webhook, refusal, body } = reading
  const deadLetter = deadLetterOf(webhook, { body }, config)
  const answer = answerToUnreadable(deadLetter)
  return { endpoints, refused: refusal.message, ...(deadLetter && { deadLetter }), answer }
}

function explainEvent(reading: EventReading, config: Config): object {
  const { endpoints, event, forbidden } = reading
  const fates = createRouter(config)(event).map(target => fateOf(target, reading, config))
  return {
    ...(endpoints && { endpoints }),
    event: renderRecord(event),
    ...(forbidden.length > 0 && { forbiddenExtensions: forbidden }),
    routes: explainRoutes(config, event),
    destinations: Object.fromEntries(fates.map(fate => [fate.destination.name, show(fate)])),
    answer: answerTo(fates)
  }
}

function fateOf({ destination: name, required }: Target, { event, body }: EventReading, config: Config): Fate {
  const destination = config.destinations.find(destination => destination.name === name)
  if (destination === undefined) throw new Error(`a route leads to "${name}", which is no destination`)
  const said = recordAt(destination, event)
  const buried = required && 'refused' in said
  return {
    destination,
    required,
    said,
    deadLetter: buried ? deadLetterOf(event, { destination: name, body }, config) : undefined
  }
}

function show({ destination: { adapter, fallback }, required, said, deadLetter }: Fate): object {
  return {
    adapter,
    delivery: required ? 'required' : 'bestEffort',
    ...(fallback && { fallback: z.encode(fallbackSchema, fallback) }),
    ...said,
    ...(!required && 'refused' in said && { note: 'Nothing more comes of it: best effort is never dead-lettered.' }),
    ...(deadLetter && { deadLetter })
  }
}
