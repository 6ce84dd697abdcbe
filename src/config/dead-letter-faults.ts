import { toDeadLetter } from '../deliver/dead-letter.ts'
import type { DestinationConfig } from './config.ts'
import { valueAt } from './tree.ts'
import type { Fault } from './written.ts'

/** What is wrong with a dead letter whose destination takes none: every webhook that needs it would be refused for a day. */
export function deadLetterFaults(tree: unknown, destinations: readonly DestinationConfig[]): Fault[] {
  const name = valueAt(tree, ['deadLetter'])
  const to = destinations.find(destination => destination.name === name)
  if (to?.definition.record === undefined) return []
  const letter = toDeadLetter(
    { id: 'msg_example', source: '//generativelanguage.googleapis.com' },
    { body: Buffer.from('{}'), destination: undefined, reason: 'ERR_EVENT', typePrefix: 'com.google.gemini.' }
  )
  try {
    to.definition.record(letter, to.options)
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [{ path: ['deadLetter'], fault: `cannot be ${to.name}, which takes no dead letter: ${why}` }]
  }
}
