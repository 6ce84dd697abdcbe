import { describe, it } from 'vitest'
import { adapterContract } from '../../../src/testing.ts'
import { openHttpHarness } from './harness.ts'

describe.each(['binary', 'structured'] as const)('the adapter contract, by HTTP, in %s content mode', contentMode => {
  for (const { name, run } of adapterContract(() => openHttpHarness(contentMode))) it(name, run)
})
