import type { Destination } from '../deliver/destination.ts'
import { type Metrics, typeLabelOf } from './metrics.ts'

/** The same destination, with each publish counted. */
export function observeDestination(observed: Destination, metrics: Metrics, typePrefix: string): Destination {
  const { name: destination } = observed
  let wasUp: boolean | undefined
  return {
    name: destination,
    get connected() {
      return observed.connected
    },
    async publish(event, signal, onLateAcceptance = () => {}) {
      const result = await observed.publish(event, signal, () => {
        metrics.lateAcceptances.inc({ destination })
        onLateAcceptance()
      })
      const { outcome, seconds } = result
      metrics.events.inc({ destination, type: typeLabelOf(event, typePrefix), outcome })
      if (seconds !== undefined) metrics.publishDuration.observe({ destination }, seconds)
      // One event that is refused for good says nothing of the next.
      const isUp = outcome === 'refused' ? wasUp : outcome === 'accepted'
      if (isUp !== undefined && isUp !== wasUp) metrics.destinationUp.set({ destination }, isUp ? 1 : 0)
      wasUp = isUp
      return result
    },
    reconnect: options => observed.reconnect(options),
    close: () => observed.close()
  }
}
