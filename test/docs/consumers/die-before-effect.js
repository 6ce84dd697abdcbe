// Loaded before a consumer (`node --import`): ends it as a crash would, when it remembers its first event, and before its
// effect.
import { StatementSync } from 'node:sqlite'

const { run } = StatementSync.prototype

StatementSync.prototype.run = function (...values) {
  const result = run.apply(this, values)
  if (this.sourceSQL.includes('handled')) process.kill(process.pid, 'SIGKILL')
  return result
}
