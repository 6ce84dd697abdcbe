import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.env.DATABASE ?? 'events.db')
database.exec(`
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS handled
    (source TEXT, id TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (source, id)) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (name TEXT, type TEXT, data TEXT) STRICT;
`)
const remember = database.prepare('INSERT INTO handled (source, id) VALUES (?, ?) ON CONFLICT DO NOTHING')
const effect = database.prepare('INSERT INTO jobs (name, type, data) VALUES (?, ?, ?)')

/**
 * Does what an event asks for, once, however often the event comes: that it was done is remembered in the transaction
 * that does it. Acknowledge the event when this has returned, and not before. If it throws, nothing has been done.
 */
export function handle({ source, id, type, subject = null, data }) {
  database.exec('BEGIN')
  try {
    const isNew = remember.run(source, id).changes === 1
    // Here your own work begins: anything that this database does.
    if (isNew) effect.run(subject, type, JSON.stringify(data))
    database.exec('COMMIT')
    process.stdout.write(`${isNew ? 'handled' : 'had been handled before'}: ${id}\n`)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
