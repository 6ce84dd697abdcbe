import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { runPromtool } from '../brokers/prometheus/promtool.ts'
import { it } from '../brokers/prometheus/shared.ts'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { root } from '../spawn.ts'
import { RULE_TESTS, readRules } from './rules.ts'

const FOLDER = join(root, 'deploy/prometheus')
const TESTS = RULE_TESTS.map(file => basename(file))

/** A copy of the rules and their tests, the rules changed; its folder. */
async function copyWith(change: (rules: string) => string): Promise<string> {
  const folder = temporaryFolder('alerts-')
  onTestFinished(() => folder.remove())
  await cp(FOLDER, folder.path, { recursive: true })
  const file = join(folder.path, 'alerts.yaml')
  await writeFile(file, change(await readFile(file, 'utf8')))
  return folder.path
}

it('the rules, and the configuration for a try-out, are well-formed', async ({ prometheus }) => {
  for (const args of [
    ['rules', 'alerts.yaml'],
    ['config', 'prometheus.yaml']
  ]) {
    const { code, output } = await runPromtool(prometheus, ['check', ...args], { cwd: FOLDER })
    expect(code, output).toBe(0)
  }
})

it('each alert fires when it should, and is silent when something only comes near it', async ({ prometheus }) => {
  const { code, output } = await runPromtool(prometheus, ['test', 'rules', ...TESTS], { cwd: FOLDER })
  expect(code, output).toBe(0)
})

it('a rule that is no expression is found', async ({ prometheus }) => {
  const cwd = await copyWith(rules => rules.replace('absent_over_time(', 'absent_over_time(('))
  const { code, output } = await runPromtool(prometheus, ['check', 'rules', 'alerts.yaml'], { cwd })
  expect(code).not.toBe(0)
  expect(output).toContain('GeminiEventBridgeAbsent')
})

it.for([
  ['never fires', 'expr: vector(1) > 2'],
  ['always fires', 'expr: vector(1) > 0']
])('a rule that %s is found, whichever it is', async ([, expression = ''], { prometheus }) => {
  // The expression is one line, or a block that is indented deeper.
  const cwd = await copyWith(rules => rules.replaceAll(/expr: (?:\|(?:\n {10}.*)+|.*)/g, expression))
  const { output } = await runPromtool(prometheus, ['test', 'rules', ...TESTS], { cwd })
  const found = new Set(Array.from(output.matchAll(/alertname: (\w+)/g), ([, name]) => name))
  expect(found).toEqual(new Set((await readRules()).map(({ alert }) => alert)))
})
