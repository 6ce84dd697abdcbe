/** `gemini-event-bridge/testing`: the contract suite, by which an adapter proves itself on its real broker. */
export { adapterContract, type Clause } from './testing/contract.ts'
export type { Capability, Fault, Harness, Misconfigured } from './testing/harness.ts'
