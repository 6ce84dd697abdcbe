import { hash } from 'node:crypto'
import type { CloudEvent } from '../event.ts'

/** What all deliveries of one webhook have in common, and no two webhooks: short, however long its id is. */
export function keyOf({ source, id }: Pick<CloudEvent, 'source' | 'id'>): string {
  // No URI reference has a space.
  return hash('sha256', `${source} ${id}`, 'base64url')
}
