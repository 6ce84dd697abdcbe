import type { Tracer } from '@opentelemetry/api'
import type { Verifier } from '../verify/verify.ts'
import { failSpan } from './fail-span.ts'
import { isSampled } from './sampled.ts'

/** The same verifier, with a span `verify` around each verification whose trace is kept. */
export function traceVerifier(verifier: Verifier, tracer: Tracer): Verifier {
  return {
    admit: verifier.admit,
    verify(delivery, signal, mayBeOld) {
      if (!isSampled()) return verifier.verify(delivery, signal, mayBeOld)
      return tracer.startActiveSpan('verify', async span => {
        try {
          const verified = await verifier.verify(delivery, signal, mayBeOld)
          span.setAttribute('gemini_event_bridge.scheme', verified.scheme)
          return verified
        } catch (error) {
          failSpan(span, error)
          throw error
        } finally {
          span.end()
        }
      })
    },
    close: verifier.close
  }
}
