import { SpanKind } from '@opentelemetry/api'
import type { Verifier } from '../verify/verify.ts'
import { isSampled } from './sampled.ts'
import type { Spans } from './spans.ts'

const VERIFY = { name: 'verify', kind: SpanKind.INTERNAL, attributes: {} }

/** The same verifier, with a span `verify` around each verification whose trace is kept. */
export function traceVerifier(verifier: Verifier, spans: Spans): Verifier {
  return {
    admit: verifier.admit,
    verify(delivery, signal, mayBeOld) {
      if (!isSampled()) return verifier.verify(delivery, signal, mayBeOld)
      return spans.run(VERIFY, async span => {
        try {
          const verified = await verifier.verify(delivery, signal, mayBeOld)
          span.set({ 'gemini_event_bridge.scheme': verified.scheme })
          return verified
        } catch (error) {
          span.fail(error)
          throw error
        }
      })
    },
    renew: verifier.renew,
    close: verifier.close
  }
}
