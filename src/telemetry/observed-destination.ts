import type { Destination } from '../deliver/destination.ts'
import { type Metrics, typeLabelOf } from './metrics.ts'

/** The same destination, with each publish counted. */
export function observeDestination(observed: Destination, metrics: Metrics, typePrefix: string): Destination {
  const { name: destination } = observed
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
      metrics.destinationUp.set({ destination }, outcome === 'accepted' ? 1 : 0)
      return result
    },
    close: () => observed.close()
  }
}
