import { readFile } from 'node:fs/promises'
import { root } from '../../spawn.ts'
import { fenced } from './sections.ts'

/** The consumers under docs/consumers, each of which docs/events.md shows. */
export const consumers = ['kafka', 'pubsub', 'sqs'] as const

/** The generated sections of docs/events.md that show the consumers and what they have in common. */
export async function consumerSections(): Promise<Record<string, string>> {
  const sections = ['handle', ...consumers].map(async name => [
    `consumer ${name}`,
    fenced('js', await readFile(`${root}docs/consumers/${name}.js`, 'utf8'))
  ])
  return Object.fromEntries(await Promise.all(sections))
}
