import type { KafkaRecord } from './record.ts'

/**
 * All that the adapter needs of a Kafka client, for one topic. What a client does beyond this (partitioning, retries,
 * idempotence, batching by time) is neither needed nor wanted.
 */
export interface KafkaClient {
  /**
   * The node id of each partition's leader, in the order of the partitions, as the cluster says it now. -1: none.
   * Rejects with the client's own error, or when `signal` aborts.
   */
  leaders(signal: AbortSignal): Promise<readonly number[]>
  /**
   * Writes the records to their partitions in one request, acknowledged by all in-sync replicas. Resolves with the
   * offset of the first record of each partition that was accepted; what is not in there was not accepted, or nobody
   * knows. Rejects with the client's own error: any part of it may or may not have been written. When `signal` aborts,
   * rejects at once, and nothing that was not sent by then is sent later.
   * @param leader the node that leads all these partitions; calls for different leaders do not hold up each other
   */
  produce(
    leader: number,
    records: ReadonlyMap<number, readonly KafkaRecord[]>,
    signal: AbortSignal
  ): Promise<ReadonlyMap<number, bigint>>
  /** Closes all connections. What is still going on rejects. */
  close(): Promise<void>
}
