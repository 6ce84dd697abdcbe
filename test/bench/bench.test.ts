import { expect, test } from 'vitest'
import { renderComparison } from './document.ts'
import { wrk } from './load/wrk.ts'
import { run } from './measurements.ts'
import { withoutBroker } from './memory.ts'
import { SOURCES } from './programs.ts'

const failure = await wrk().then(
  () => undefined,
  cause => cause
)
if (failure !== undefined && process.env['REQUIRE_BROKERS'] === '1') throw failure

test.skipIf(failure !== undefined)(
  'measures the bridge, and that it acknowledges all',
  { timeout: 60_000 },
  async () => {
    const { memory } = withoutBroker
    if (memory === undefined) throw new Error('there is no such benchmark')
    const choice = { main: SOURCES, wanted: ['bridge'], note() {} }
    const result = await run(memory, choice, { seconds: 1, rounds: 1, connections: [8] })
    const [cell] = result.cells
    expect(cell).toMatchObject({ contender: 'bridge', connections: 8 })
    expect(cell?.rounds[0]?.acknowledged).toBeGreaterThan(10)
    expect(cell?.rounds[0]?.cpu).toBeGreaterThan(0)
    expect(cell?.rounds[0]?.rss).toBeGreaterThan(50)
    expect(renderComparison(result)).toContain('| bridge')
  }
)
