import { DescribeEventBusCommand, type EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import type { Finding } from '../../src/adapter.ts'
import { attempt, ok, shownBy, unknowable } from '../lane/finding.ts'
import { within } from '../lane/within.ts'
import { openAws, type Place } from './client.ts'
import { toFinding } from './error.ts'

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 3000
/** A bus has 300 rules unless AWS raises that, and a page a hundred. */
const PAGES = 5

/** Looks at the bus, and at its rules. */
export async function* inspect(place: Place, signal: AbortSignal): AsyncGenerator<Finding> {
  const { bus } = place
  const opened = await attempt(() => openAws(place), toCredentials)
  if (opened.fault) return yield opened.fault
  const client = opened.answer
  try {
    const ask = <T>(question: (signal: AbortSignal) => Promise<T>) => {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
      const asked = () => within(inTime, question(inTime))
      return attempt(asked, cause => toFinding(cause, bus))
    }

    const describe = new DescribeEventBusCommand({ Name: bus })
    const found = await ask(abortSignal => client.send(describe, { abortSignal }))
    const unseen = found.fault?.about === 'permission'
    const fault = unseen ? undefined : found.fault
    yield* shownBy(fault, 'EventBridge answers.', 'AWS takes the credentials.')
    if (fault) return yield fault
    yield unseen
      ? unknowable(
          'exists',
          `Whether there is a bus "${bus}" is not knowable with these permissions. ${grant('DescribeEventBus')}`
        )
      : ok('exists', `The bus "${bus}" is there.`)
    yield unknowable(
      'permission',
      'Whether the bridge may put events shows the first one. Grant its role events:PutEvents on the bus.'
    )

    const rules = await ask(abortSignal => countRules(client, bus, abortSignal))
    if (rules.fault) {
      const reason = rules.fault.about === 'permission' ? grant('ListRules') : rules.fault.says
      yield unknowable('durability', `Whether an enabled rule is on the bus is not knowable. ${reason}`)
    } else yield durability(rules.answer)
  } finally {
    client.destroy()
  }
}

/** How many rules may give events to targets: those that are enabled, and wait for events rather than for a time. */
async function countRules(client: EventBridgeClient, bus: string, abortSignal: AbortSignal): Promise<number> {
  let count = 0
  let next: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const command = new ListRulesCommand({ EventBusName: bus, ...(next !== undefined && { NextToken: next }) })
    const { Rules = [], NextToken } = await client.send(command, { abortSignal })
    count += Rules.filter(({ State, EventPattern }) => State !== 'DISABLED' && EventPattern).length
    if (!NextToken) break
    next = NextToken
  }
  return count
}

function durability(rules: number): Finding {
  if (rules > 0)
    return ok('durability', `Enabled rules on the bus: ${rules}. Whether one matches, the first event shows.`)
  const says = 'No enabled rule is on the bus, which so keeps nothing. Create a rule with a target, or an archive.'
  return { about: 'durability', state: 'warning', says }
}

/** Why there are no credentials, or no region: the adapter's own words. */
function toCredentials(cause: unknown): Finding {
  return { ...toFinding(cause, 'the bus'), about: 'authenticated' }
}

function grant(action: string): string {
  return `To know it, grant its role events:${action} on the bus.`
}
