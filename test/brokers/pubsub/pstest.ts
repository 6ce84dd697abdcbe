import { type MemoryServer, startMemoryServer } from '../server.ts'
import { goProgram } from './program.ts'

/**
 * Starts Google's fake server, `pstest` of the Go client. It honours subscription filters, refuses requests of more than
 * 4 MiB, and takes any attributes and empty messages. Only subscriptions with `ordering` keep an order.
 */
export async function startPstest(): Promise<MemoryServer> {
  return startMemoryServer(await goProgram(), port => ['pstest', String(port)])
}
