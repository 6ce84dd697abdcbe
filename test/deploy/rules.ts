import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { root } from '../spawn.ts'

export const RULES = 'deploy/prometheus/alerts.yaml'
export const RULE_TESTS = ['deploy/prometheus/alerts.test.yaml', 'deploy/prometheus/alerts.days.test.yaml']

export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** What promtool expects of one alert at one time. */
export interface Expectation {
  readonly alertname: string
  readonly exp_alerts: readonly object[]
}

/** The alert rules, in order. */
export async function readRules(): Promise<readonly Rule[]> {
  const { groups } = parse(await readFile(root + RULES, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

/** All that the rules' tests expect. */
export async function readExpectations(): Promise<readonly Expectation[]> {
  const files = await Promise.all(RULE_TESTS.map(file => readFile(root + file, 'utf8')))
  return files.flatMap(text => {
    const { tests } = parse(text) as { tests: readonly { alert_rule_test: readonly Expectation[] }[] }
    return tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  })
}
