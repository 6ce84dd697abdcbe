import { type CloudEvent, toStructured } from '../../../src/event.ts'
import { type EventType, eventTypes } from '../../../src/event-types.ts'
import { table } from '../table.ts'
import { attributes, deadLetterAttributes, TYPE_PREFIX } from './attributes.ts'
import { catalog } from './catalog.ts'
import type { Members } from './presence.ts'
import { destinations, differences, recordOf, renderYaml } from './records.ts'
import { sampleEvent, sampleFallback } from './samples.ts'
import { meaningOf, schemaFile } from './schema.ts'

/** The generated sections of docs/events.md that tell of events and records. */
export async function eventSections(): Promise<Record<string, string>> {
  const records = Object.keys(destinations).map(async broker => [
    `${broker} record`,
    fenced('yaml', renderYaml(await recordOf(broker, sampleEvent('batch.succeeded'))))
  ])
  return {
    'event attributes': memberTable(attributes),
    'event types': eventTypes.map(typeSection).join('\n\n'),
    ...Object.fromEntries(await Promise.all(records)),
    'record differences': await differencesTable(),
    'dead letter attributes': memberTable(deadLetterAttributes),
    'dead letter event': json(sampleEvent('dead_letter')),
    'dead letter record': fenced('yaml', renderYaml(await recordOf('kafka', sampleEvent('dead_letter')))),
    'fallback event': json(sampleFallback('analytics')),
    'extension event': json(sampleEvent('batch.succeeded', { tenant: 'user_metadata.tenant' }))
  }
}

function typeSection(type: EventType): string {
  return [
    `### \`${TYPE_PREFIX}${type}\``,
    `${meaningOf(type)} Schema: [${schemaFile(type)}](schemas/${schemaFile(type)})`,
    memberTable(catalog[type].data, 'data'),
    json(sampleEvent(type))
  ].join('\n\n')
}

function memberTable(members: Members, head = 'attribute'): string {
  return table(
    [head, 'there', 'meaning'],
    Object.entries(members).map(([name, { presence, meaning }]) => [`\`${name}\``, presence, meaning])
  )
}

/** Where the records of one broker differ from type to type, when their webhooks have the same id. */
async function differencesTable(): Promise<string> {
  const rows = Object.keys(destinations).map(async broker => {
    const records = eventTypes.map(type => recordOf(broker, sampleEvent(type)))
    const paths = differences(await Promise.all(records))
    return [broker, paths.map(path => `\`${path}\``).join(', ')]
  })
  return table(['broker', 'differs'], await Promise.all(rows))
}

/** Line by line for people; on the wire it is one line. */
function json(event: CloudEvent): string {
  return fenced('json', `${JSON.stringify(JSON.parse(toStructured(event)), null, 2)}\n`)
}

/** @param text ends with a line break */
export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\`\`\``
}
