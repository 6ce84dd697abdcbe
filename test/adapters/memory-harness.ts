import { type Memory, openMemory } from '../../adapters/memory.ts'
import type { Fault, Harness } from '../../src/testing.ts'

/** A broker in memory: connections that are opened by one harness share its faults, and its consumer sees all of them. */
export async function openMemoryHarness(): Promise<Harness> {
  const connections: Memory[] = []
  let fault: Fault | undefined
  const set = (value: Fault | undefined) => {
    fault = value
    for (const connection of connections) connection.fault = value
  }
  return {
    async connect() {
      const connection = openMemory({ capacity: 1000 })
      connection.fault = fault
      connections.push(connection)
      return connection
    },
    received: async () => connections.flatMap(({ events }) => events),
    break: { gone: async () => set('gone'), hung: async () => set('hung'), refusing: async () => set('refusing') },
    restore: async () => set(undefined),
    secrets: [],
    deadline: 50,
    patience: 1000,
    close: async () => {}
  }
}
