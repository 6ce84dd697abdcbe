import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { refusals } from '../../src/errors.ts'
import { root } from '../spawn.ts'
import { emptyRegistry } from '../telemetry/registry.ts'
import { anchorOf } from './anchor.ts'
import { type LogMessage, logMessages } from './log-messages.ts'

// The runbook and the code, held together both ways: what can happen has its entry, and no entry is about what cannot.

const PAGE = 'deploy/runbook.md'
interface Alert {
  readonly alert: string
  readonly annotations: { readonly runbook?: string }
}
interface Heading {
  readonly depth: number
  readonly text: string
}

let page = ''
let program = ''
let headings: readonly Heading[] = []
let alerts: readonly Alert[] = []
let messages: readonly LogMessage[] = []
let made: readonly string[] = []
beforeAll(async () => {
  const read = (file: string) => readFile(`${root}${file}`, 'utf8')
  page = await read(PAGE)
  program = (await read('src/main.ts')) + (await read('src/cli/webhooks.ts'))
  const text = page.replaceAll(/^```.*?^```$/gms, '')
  headings = Array.from(text.matchAll(/^(#+) (.+)$/gm), ([, { length: depth } = '', text = '']) => ({ depth, text }))
  const rules = parse(await read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Alert[] }[] }
  alerts = rules.groups.flatMap(group => group.rules).filter(rule => rule.alert !== undefined)
  const found = await logMessages()
  messages = found.messages
  made = found.made
})

const under = (title: string) => {
  const start = headings.findIndex(({ text }) => text === title)
  const depth = headings[start]?.depth ?? 0
  const rest = headings.slice(start + 1)
  const end = rest.findIndex(heading => heading.depth <= depth)
  return rest.slice(0, end < 0 ? undefined : end).map(({ text }) => text)
}
const all = (pattern: RegExp) => [...new Set(Array.from(page.matchAll(pattern), ([, text = '']) => text))]

test('every alert has its entry, where its annotation says, and there is no other', () => {
  expect(alerts.length).toBeGreaterThan(0)
  expect(under('Alerts').sort()).toEqual(alerts.map(({ alert }) => alert).sort())
  for (const { alert, annotations } of alerts) expect(annotations.runbook).toBe(`${PAGE}#${anchorOf(alert)}`)
  for (const name of all(/(GeminiEventBridge\w+)/g)) expect(alerts.map(({ alert }) => alert)).toContain(name)
})

test('every code has its entry, under its status, and there is no other', () => {
  const codes = Object.entries(refusals)
  for (const [code, { statusCode }] of codes) expect(under(String(statusCode))).toContain(code)
  expect(all(/\b(ERR_\w+)/g).sort()).toEqual(codes.map(([code]) => code).sort())
  const statuses = headings.map(({ text }) => text).filter(text => /^\d+$/.test(text))
  // Beside those of the codes: acknowledged, and what never becomes a request.
  expect(statuses).toEqual(
    [...new Set([204, 417, 431, ...codes.map(([, { statusCode }]) => statusCode)])].sort().map(String)
  )
})

test('every exit code has its row, and there is no other', async () => {
  const [, list = ''] = /const EXIT = \{([^}]+)\}/.exec(program) ?? []
  const [, cutOff = ''] = /const CUT_OFF = (\d+)/.exec(await readFile(`${root}src/cli/run.ts`, 'utf8')) ?? []
  const own = [...Array.from(list.matchAll(/\d+/g), String), cutOff, '128 + n']
  // The platform's own: SIGKILL.
  expect(all(/^\| (\d[\d +n]*) \|/gm).sort()).toEqual([...own, '137'].sort())
})

test('every warning and error of the log has its row', () => {
  const rows = all(/^\| `([^`]+)` \|/gm)
  const loud = messages.filter(({ level }) => level === 'warn' || level === 'error')
  expect(loud.length).toBeGreaterThan(8)
  for (const { text } of loud)
    expect(
      rows.filter(row => text.startsWith(row)),
      text
    ).toHaveLength(1)
  // Whose message is made elsewhere: of Node's warnings, and of what redrive could not read or write.
  expect([...made].sort()).toEqual(['src/cli/log.ts', 'src/cli/redrive.ts'])
})

test('no message is on the page that the log cannot have', async () => {
  const written = messages.map(({ text }) => text)
  const elsewhere = await Promise.all(
    ['src/cli/redrive.ts', 'src/cli/redrive/left.ts', 'src/telemetry/observe.ts'].map(file =>
      readFile(root + file, 'utf8')
    )
  )
  const templates = elsewhere.join('\n').replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '…')
  const named = [...all(/^\| `([^`]+)` \|/gm), ...all(/(?:says|over with|line|message) `([^`]+)`/g)]
  expect(named.length).toBeGreaterThan(15)
  for (const message of named) {
    const known = written.some(text => text.startsWith(message)) || templates.includes(`\`${message}\``)
    expect(known || templates.includes(`'${message}'`), message).toBe(true)
  }
})

test('no metric is on the page that is not measured, and none with a label that it has not', async () => {
  const known = new Map(
    emptyRegistry()
      .getMetricsAsArray()
      .map(metric => [metric.name, 'labelNames' in metric ? (metric.labelNames as string[]) : []])
  )
  const names = all(/\b((?:gemini_event_bridge|process|nodejs)_\w+)/g)
  expect(names.length).toBeGreaterThan(15)
  for (const name of names) expect([...known.keys()]).toContain(name.replace(/_(bucket|sum|count)$/, ''))
  const labels = new Set([...known.values()].flat().concat('le', 'job'))
  for (const list of all(/\bby \(([^)]+)\)/g))
    for (const label of list.split(', ')) expect([...labels]).toContain(label)
  for (const [, name = '', selector = ''] of page.matchAll(/\b(gemini_event_bridge_\w+)\{([^}]*)\}/g)) {
    for (const [, label] of selector.matchAll(/(\w+)[=!]/g)) expect(known.get(name), name).toContain(label)
  }
})

test('no command, option, key or anchor is on the page that does not exist', async () => {
  for (const name of all(/gemini-event-bridge ([a-z]+)/g)) expect(program).toContain(`.command('${name}')`)
  for (const option of all(/(?<![\w-])(--[a-z]+)/g)) {
    if (option !== '--help') expect(program).toMatch(new RegExp(`${option}[ '<]`))
  }
  const readme = await readFile(`${root}README.md`, 'utf8')
  const keys = all(/`((?:listen|admin|health|endpoints\[\]|events|dedupe|limits|log)\.\w+)`/g)
  expect(keys.length).toBeGreaterThan(5)
  for (const key of keys) expect(readme).toContain(`\`${key}\``)
  const anchors = headings.map(({ text }) => anchorOf(text))
  for (const link of all(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(link)
})
