import type { DestinationConfig } from '../../config/config.ts'
import type { Buried, Said } from './record.ts'

/** How an event fares at one of the destinations that it goes to. */
export interface Fate {
  readonly destination: DestinationConfig
  readonly required: boolean
  readonly said: Said
  /** What goes to the dead letter, if anything does. */
  readonly deadLetter: Buried | undefined
}

const LOST = 'It is lost once Gemini gives up.'
const AGAIN = 'Gemini delivers again.'

/** The answer to a webhook whose event fares so, when every broker is there. */
export function answerTo(fates: readonly Fate[]): string {
  const required = fates.filter(({ required }) => required)
  if (fates.length === 0) return '204: no route wants the event. It is acknowledged and dropped.'
  if (required.length === 0) return answerToBestEffort(fates)
  const unsettled = required.filter(({ said, deadLetter }) => isRefused(said) && !isTaken(deadLetter))
  const names = unsettled.map(nameOf).join(', ')
  const [first] = unsettled
  if (first === undefined) return `204, once ${required.map(holderOf).join(' and ')}.`
  return first.deadLetter === undefined
    ? `422 (ERR_EVENT): refused for good by ${names}, and there is no dead letter. ${LOST}`
    : `503 (ERR_DESTINATION): refused for good by ${names}, and by the dead letter. ${AGAIN}`
}

/** The answer to a webhook whose body is no event. */
export function answerToUnreadable(deadLetter: Buried | undefined): string {
  if (deadLetter === undefined) return `422 (ERR_EVENT): it is no event, and there is no dead letter. ${LOST}`
  return isTaken(deadLetter)
    ? `204, once ${deadLetter.destination} has the dead letter.`
    : `503 (ERR_DESTINATION): it is no event, and the dead letter refuses it. ${AGAIN}`
}

function answerToBestEffort(fates: readonly Fate[]): string {
  const able = fates.filter(({ said }) => !isRefused(said)).map(nameOf)
  if (able.length === 0) return `422 (ERR_EVENT): refused for good by all its destinations. ${LOST}`
  return able.length === 1 ? `204, once ${able[0]} has it.` : `204, once one of ${able.join(', ')} has it.`
}

function holderOf({ destination: { name }, deadLetter }: Fate): string {
  return deadLetter === undefined ? `${name} has it` : `${deadLetter.destination} has the dead letter of ${name}`
}

function nameOf({ destination }: Fate): string {
  return destination.name
}

function isTaken(deadLetter: Buried | undefined): boolean {
  return deadLetter !== undefined && !isRefused(deadLetter)
}

function isRefused(said: Said): boolean {
  return 'refused' in said
}
