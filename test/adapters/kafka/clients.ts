import type { KafkaOptions } from '../../../adapters/kafka/options.ts'

export type ClientName = KafkaOptions['client']

/** What holds by one client, holds by each. */
export const CLIENTS: readonly ClientName[] = ['kafkajs', 'platformatic']
