import type { Log } from '../../src/adapter.ts'
import type { KafkaClient } from './client.ts'
import type { KafkaOptions } from './options.ts'
import { readTls } from './tls.ts'

/**
 * Loads the client that the options name, and no other. It opens no connection yet.
 * @param directory the folder that paths in the options start from
 */
export async function openClient(options: KafkaOptions, directory: string, log: Log): Promise<KafkaClient> {
  const { brokers, topic, clientId, compression, sasl } = options
  const common = { brokers, topic, clientId, compression, tls: () => readTls(options.tls, directory) }
  if (options.client === 'platformatic') {
    const [{ openPlatformatic }, { createSignIn }] = await Promise.all([
      import('./platformatic.ts'),
      import('./platformatic/sasl.ts')
    ])
    return openPlatformatic({ ...common, sasl: createSignIn(sasl, directory) })
  }
  const [{ openKafkajs }, { createSasl }] = await Promise.all([import('./kafkajs.ts'), import('./kafkajs/sasl.ts')])
  return openKafkajs({ ...common, sasl: createSasl(sasl, directory), log })
}
