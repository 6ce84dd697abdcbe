import { DatabaseSync } from 'node:sqlite'

/** What consumers have brought about in this database, by type. */
export function effects(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = database.prepare('SELECT name, type, data FROM jobs ORDER BY type').all()
    return rows.map(row => ({ ...row }))
  } finally {
    database.close()
  }
}
