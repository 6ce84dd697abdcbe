import type { Finding, InspectContext } from '../../adapter.ts'
import type { DestinationConfig } from '../../config/config.ts'

/** Asks the destination's adapter; one that does not inspect is connected, and closed. */
export function inspectDestination(
  { definition, options }: DestinationConfig,
  context: InspectContext,
  signal: AbortSignal
): AsyncIterable<Finding> {
  return definition.inspect?.(options, context, signal) ?? connect({ definition, options }, context)
}

async function* connect(
  { definition, options }: Pick<DestinationConfig, 'definition' | 'options'>,
  context: InspectContext
): AsyncGenerator<Finding> {
  const adapter = await definition.connect(options, context)
  try {
    yield { about: 'reachable', state: 'ok', says: 'It has connected.' }
    const says = 'Its adapter does not inspect, so nothing more is known before the first event.'
    yield { about: 'permission', state: 'unknown', says }
  } finally {
    await adapter.close()
  }
}
