import { expect, test } from 'vitest'
import { renderResults, summaryTable } from './document.ts'
import { judge } from './goals.ts'
import { openLedger } from './ledger.ts'
import { readResults } from './results.ts'
import { measured, resultWith } from './samples.ts'
import { renderSoak, slopes } from './soak.ts'

const kafka = measured(resultWith({ bridge: [0.08, 0.3], 'by hand': [0.1, 0.5] }))

test('a goal is about the median of the rounds’ ratios, and says when nothing was measured', () => {
  const rows = judge({ kafka })
  const cells = (goal: string) => rows.find(([name]) => name === goal)?.slice(1)
  expect(cells('bridge: CPU per event to that of the handler by hand, c=32')).toEqual(['≤ 0.83', '0.70', 'yes'])
  expect(cells('bridge: CPU per event to that of the handler by hand, c=128')).toEqual(['≤ 1.29', 'not measured', ''])
  const worse = measured(resultWith({ bridge: [0.1], 'by hand': [0.1] }))
  expect(judge({ kafka: worse })[0]).toEqual([expect.any(String), '≤ 0.83', '1.00', 'NO'])
})

test('a bound from below holds above it', () => {
  const goal = { goal: 'g', least: 0.8, measured: () => 0.9 }
  expect(judge({}, [goal, { ...goal, measured: () => 0.7 }]).map(([, , , holds]) => holds)).toEqual(['yes', 'NO'])
})

test('the document has medians with their spread, ratios, goals, the ledger and how each part was measured', () => {
  const document = renderResults({ kafka })
  expect(document).toContain('0.190 (0.080–0.300)')
  expect(document).toContain('0.70 (0.60–0.80)')
  expect(document).toMatch(/bridge +\| +1,000 \| +1,001 \|/)
  expect(document).toContain('`npm run bench`, 2026-01-02, a machine; versions.')
  expect(document).toContain('## Not measured')
  expect(document).not.toContain('## Pub/Sub')
  expect(summaryTable({ kafka })).toContain('0.70')
  expect(summaryTable({})).toBe('Not measured yet.')
})

test('what is kept can be rendered', () => {
  expect(renderResults(readResults())).toContain('## Goals')
})

test('the ledger fails when the broker has less than was acknowledged', async () => {
  const close = (records: number) => {
    const ledger = openLedger({ accepted: async () => records })
    ledger.add('bridge', 1)
    ledger.add('bridge', 2)
    return ledger.close()
  }
  expect(await close(4)).toEqual([{ contender: 'bridge', acknowledged: 3, records: 4 }])
  await expect(close(2)).rejects.toThrow('bridge acknowledged 3, and the broker has 2')
})

test('a soak tells by how much memory and cost grow, without its first tenth', () => {
  const minutes = Array.from({ length: 20 }, (_, at) => {
    const minute = at + 1
    const settled = minute > 2
    return {
      minute,
      events: 60,
      rss: settled ? 100 + minute / 60 : 10,
      cpu: settled ? 200 : 900,
      unavailable: 0,
      p99: 3
    }
  })
  expect(slopes(minutes).rss).toBeCloseTo(1)
  expect(slopes(minutes).cpu).toBeCloseTo(0)
  const log = renderSoak({ contender: 'bridge', rate: 1, minutes, records: 1200 }, 'by a test')
  expect(log).toContain('grows by 1.0 MiB an hour')
  expect(log).toContain('| 20     |     60 |')
})
