import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAdapter, EventError, toStructured, UnavailableError, z } from '../../src/adapter.ts'

/**
 * A pretended broker for a bridge in a process of its own: it keeps what it has accepted in a file, one event a line, and
 * is at fault as its options say.
 */
export default defineAdapter({
  name: 'redrive',
  options: z.strictObject({
    to: z.string().describe('The file of what was accepted.'),
    fault: z.enum(['none', 'unreachable', 'unavailable', 'refusing', 'silent']).default('none').describe('At first.'),
    mended: z.string().optional().describe('A file that ends the fault once it is there.'),
    only: z.string().default('').describe('The fault concerns only events with this in their id.'),
    delay: z.int().default(0).describe('How long an event takes, in milliseconds.')
  }),
  connect({ to, fault, mended, only, delay }) {
    const isAtFault = (at: typeof fault) => fault === at && !(mended !== undefined && existsSync(mended))
    if (isAtFault('unreachable')) throw new UnavailableError('Nobody listens there.')
    let count = 0
    return {
      async publish(event, signal) {
        const concerned = event.id.includes(only)
        if (concerned && isAtFault('unavailable')) throw new UnavailableError('The broker is\tdown.\u001b[31m')
        if (concerned && isAtFault('refusing')) throw new EventError('The event is too large.')
        if (concerned && isAtFault('silent')) await new Promise(() => {})
        if (delay > 0) await sleep(delay, undefined, { signal })
        appendFileSync(to, `${toStructured(event)}\n`)
        count += 1
        return String(count)
      },
      async close() {
        writeFileSync(`${to}.closed`, String(process.resourceUsage().maxRSS))
      }
    }
  }
})
