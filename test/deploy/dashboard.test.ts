import { expect, test } from 'vitest'
import { emptyRegistry, ownMetrics } from '../telemetry/registry.ts'
import { queryPanels, readDashboard } from './dashboard.ts'
import { metricsIn } from './metrics-in.ts'
import { readRules } from './rules.ts'

const dashboard = await readDashboard()
const panels = queryPanels(dashboard)
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

test('any Grafana can import it, and asks for its own data source', () => {
  // What Grafana 12 and 13 write.
  expect(dashboard).toMatchObject({ uid: 'gemini-event-bridge', schemaVersion: 42 })
  expect(dashboard).not.toHaveProperty('id')
  const variables = dashboard.templating.list.filter(({ type }) => type === 'query')
  expect(variables).toHaveLength(2)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
  const source = { type: 'prometheus', uid: '${datasource}' }
  for (const { datasource } of [...panels, ...variables]) expect(datasource).toEqual(source)
})

test('its variables are the data source, endpoint and destination, and no others are used', () => {
  const names = dashboard.templating.list.map(({ name }) => name)
  expect(names).toEqual(['datasource', 'endpoint', 'destination'])
  const used = new Set(Array.from(expressions.join(' ').matchAll(/\$\{?(\w+)/g), ([, name]) => name))
  expect(used).toEqual(new Set(['endpoint', 'destination', '__rate_interval']))
})

test('every panel has a number of its own, a sentence, and a place that no other has', () => {
  const all = dashboard.panels
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  const cells = all.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(Math.max(...all.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
  for (const { description } of panels) expect(description).toMatch(/\.$/)
})

test('it asks for metrics that there are', () => {
  const known = emptyRegistry()
    .getMetricsAsArray()
    .map(({ name }) => name)
  const asked = [...expressions, ...dashboard.templating.list.map(({ query }) => query)].flatMap(metricsIn)
  expect(asked.filter(name => !known.includes(name))).toEqual([])
})

test('every metric of the bridge is in a panel or a rule', async () => {
  const asked = new Set([...expressions, ...(await readRules()).map(({ expr }) => expr)].flatMap(metricsIn))
  // There is no gauge to hold it against: what the unverified requests hold is seen by their number.
  expect(ownMetrics().filter(name => !asked.has(name))).toEqual(['gemini_event_bridge_limit_receiving_bytes'])
})
