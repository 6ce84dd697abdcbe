import { expect, test } from 'vitest'
import { emptyRegistry } from '../telemetry/registry.ts'
import { metricsIn } from './metrics-in.ts'
import { readExpectations, readRules } from './rules.ts'

const rules = await readRules()
const PREFIX = 'GeminiEventBridge'

test('these are the alerts, by severity', () => {
  const named = (severity: string) =>
    rules.filter(({ labels }) => labels['severity'] === severity).map(({ alert }) => alert.replace(PREFIX, ''))
  expect(named('critical')).toEqual(['Absent', 'WebhooksFailing', 'DestinationDown'])
  expect(named('warning')).toEqual([
    'NothingAcknowledged',
    'PublishesFailing',
    'FallbackInUse',
    'DeadLetters',
    'EventsOld',
    'Refusals',
    'Saturated',
    'KeySetStale',
    'UnroutedEvents',
    'ReloadFailing',
    'SharedMemorySilent'
  ])
  expect(named('info')).toEqual(['RouteUnused', 'OldKeyUnused'])
  expect(rules).toHaveLength(16)
})

test.each(rules)('$alert says what it means and where its remedy is', ({ alert, annotations }) => {
  expect(annotations).toEqual({
    summary: expect.stringMatching(/^[A-Z{].*\.$/),
    description: expect.stringMatching(/^[A-Z].*\.$/),
    runbook: `deploy/runbook.md#${alert.toLowerCase()}`
  })
})

test.each(rules)('$alert asks for metrics that there are', ({ expr }) => {
  const metrics = metricsIn(expr)
  const known = emptyRegistry()
    .getMetricsAsArray()
    .map(({ name }) => name)
  expect(metrics).not.toEqual([])
  expect(metrics.filter(name => !known.includes(name))).toEqual([])
})

test('every alert has a case in which it fires, and one in which it is silent', async () => {
  const expectations = await readExpectations()
  const names = (wanted: (alerts: readonly object[]) => boolean) =>
    new Set(expectations.filter(({ exp_alerts }) => wanted(exp_alerts)).map(({ alertname }) => alertname))
  const alerts = new Set(rules.map(({ alert }) => alert))
  expect(names(fired => fired.length > 0)).toEqual(alerts)
  expect(names(fired => fired.length === 0)).toEqual(alerts)
})
