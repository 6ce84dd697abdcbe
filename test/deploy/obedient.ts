import { once } from 'node:events'
import { defineAdapter, EventError, UnavailableError, z } from '../../src/adapter.ts'

/** What becomes of an event, as its own `user_metadata.fate` says; without one it is accepted. */
export type Fate = 'refused' | 'unavailable' | 'unavailable once' | 'late'

/** An adapter that does with an event what the event says. */
export default defineAdapter({
  name: 'obedient',
  options: z.strictObject({}),
  connect() {
    const seen = new Set<string>()
    return {
      async publish({ id, data }, signal) {
        const fate: Fate | undefined = JSON.parse(Buffer.from(data).toString()).user_metadata?.fate
        const isFirst = !seen.has(id)
        seen.add(id)
        if (fate === 'refused') throw new EventError('The event wants to be refused.')
        if (fate === 'unavailable' || (fate === 'unavailable once' && isFirst))
          throw new UnavailableError('The event wants no destination to be there.')
        if (fate === 'late') await once(signal, 'abort')
        return id
      },
      close: async () => {}
    }
  }
})
