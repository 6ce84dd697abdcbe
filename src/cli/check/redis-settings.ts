import type { Finding } from '../../adapter.ts'

/** What Redis says of itself, by the names that it has for it; what may not be seen is not there. */
export type Settings = ReadonlyMap<string, string>

/** How long marks last. One that is lost costs a duplicate at most. */
export function* marksLast(settings: Settings): Generator<Finding> {
  const policy = settings.get('maxmemory_policy')
  const save = settings.get('save')
  if (policy === undefined || save === undefined) {
    const says =
      'How long marks last is not knowable with these permissions. To know it, grant its user +info and +config|get.'
    yield { about: 'durability', state: 'unknown', says }
  }
  const warnings = [...losses(policy, save, settings)]
  yield* warnings.map((says): Finding => ({ about: 'durability', state: 'warning', says }))
  if (policy !== undefined && save !== undefined && warnings.length === 0) {
    yield { about: 'durability', state: 'ok', says: 'Marks outlive a restart, and none gives way to others.' }
  }
}

function* losses(policy: string | undefined, save: string | undefined, settings: Settings): Generator<string> {
  // Every mark has an end, so the volatile policies evict them too.
  if (policy !== undefined && policy !== 'noeviction' && settings.get('maxmemory') !== '0') {
    yield `maxmemory-policy is ${policy}: once Redis is full, marks vanish, and events may be published twice. Set it to noeviction.`
  }
  if (save === '' && settings.get('aof_enabled') === '0') {
    yield 'Redis keeps nothing over a restart: events may be published twice after one. Switch on appendonly or save.'
  }
}
