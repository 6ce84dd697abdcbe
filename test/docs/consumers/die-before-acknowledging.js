// Loaded before a consumer (`node --import`): ends it as a crash would, between its first effect and the acknowledgement.
import { DatabaseSync } from 'node:sqlite'

const { exec } = DatabaseSync.prototype

DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql)
  if (sql === 'COMMIT') process.kill(process.pid, 'SIGKILL')
}
