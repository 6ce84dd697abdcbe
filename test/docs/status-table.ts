import { refusals } from '../../src/errors.ts'
import { table } from './table.ts'

/** Every answer of an endpoint, from the code's own list. */
export function statusTable(): string {
  const rows = Object.entries(refusals).map(([code, { statusCode, message }]) => [
    statusCode === 503 ? '503 + `Retry-After`' : statusCode === 405 ? '405 + `Allow`' : String(statusCode),
    `\`${code}\``,
    message
  ])
  return table(
    ['status', 'code', 'message'],
    [
      ['204', '', 'Every required destination has the event, or another has it in its stead; or no route wants it.'],
      ...rows
    ]
  )
}
