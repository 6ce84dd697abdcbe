import { expect, test } from 'vitest'
import { notesOn } from '../../src/config/notes.ts'
import { load, SECRET } from './folder.ts'

const NAMES = ['analytics', 'agents', 'erp', 'parking']

/** The notes on where events go: those that the same configuration without any of it does not have. */
async function notes(rest: string, { env = {}, fallback = '' } = {}): Promise<string[]> {
  const entries = NAMES.map(name => `${name}: { adapter: memory${name === 'analytics' ? fallback : ''} }`)
  const config = await load(`
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
log: { format: json }
destinations: { ${entries.join(', ')} }
${rest}`)
  return notesOn(config, env).filter(note => !note.startsWith('/a accepts'))
}

const QUIET = 'deadLetter: parking\ndedupe: { store: redis, url: "redis://cache" }\n'
const ALL = 'routes: [{ to: [analytics, agents, erp] }]\n'

test('where nothing is uncertain, there is nothing to note', async () => {
  expect(await notes(QUIET)).toEqual([])
  expect(await notes(QUIET + ALL)).toEqual([])
})

test('without a dead letter', async () => {
  expect(await notes('dedupe: { store: redis, url: "redis://cache" }')).toEqual([
    'There is no dead letter: a verified webhook that can never be published is answered with 422, and lost once Gemini gives up.'
  ])
})

test.each([
  [
    'memory',
    'Each replica remembers for itself what was accepted and what was refused: after a restart, or at another replica'
  ],
  ['off', 'Nothing is remembered of what was accepted (dedupe: off): every redelivery is published again.']
])('what %s remembers', async (store, note) => {
  expect(await notes(`deadLetter: parking\ndedupe: { store: ${store} }`)).toEqual([expect.stringContaining(note)])
})

test('routes without one for all events', async () => {
  const filtered = 'routes: [{ filter: { suffix: { type: a } }, to: [analytics, agents, erp] }'
  const note = 'No route takes all events: one that no route wants is acknowledged, and dropped.'
  expect(await notes(`${QUIET}${filtered}]`)).toEqual([note])
  expect(await notes(`${QUIET}${filtered}, { to: [erp], delivery: bestEffort }]`)).toEqual([])
  expect(await notes(`${QUIET}${filtered}, { filter: [], to: [erp] }]`)).toEqual([])
})

test('a filter on a type that no event has', async () => {
  const all = '{ to: [analytics, agents, erp] }'
  const filters = [
    '{ exact: { type: batch.succeeded } }',
    '{ not: { prefix: { type: batch. } } }',
    '{ prefix: { type: com } }'
  ]
  const routes = filters.map(filter => `{ filter: ${filter}, to: [erp] }`)
  expect(await notes(`${QUIET}routes: [${[all, ...routes].join(', ')}]`)).toEqual([
    'routes[1] looks for the type batch.succeeded, and all types begin with com.google.gemini.',
    'routes[2] looks for the type batch., and all types begin with com.google.gemini.'
  ])
})

test('a filter on what no event has, wherever it stands in it, once', async () => {
  const filter = `{ all: [{ exact: { tennant: a } }, { any: [{ not: { prefix: { tennant: b, subject: c } } }] }, { suffix: { tenant: d } }] }`
  const text = `${QUIET}events: { extensions: { tenant: a } }\nroutes: [{ to: [analytics, agents, erp] }, { filter: ${filter}, to: [erp] }]`
  expect(await notes(text)).toEqual([
    'routes[1] looks at tennant, which no event has: events.extensions does not name it.'
  ])
})

test('best effort where the platform may freeze the process', async () => {
  const text = `${QUIET}routes: [{ to: [analytics] }, { to: [agents], delivery: bestEffort }, { to: [erp], delivery: bestEffort }]`
  expect(await notes(text)).toEqual([])
  expect(await notes(text, { env: { K_SERVICE: '' } })).toEqual([])
  for (const name of ['K_SERVICE', 'AWS_LAMBDA_FUNCTION_NAME']) {
    const env = { [name]: 'bridge' }
    expect(await notes(text, { env })).toEqual([
      `${name} is set: this platform may freeze the process once it has answered, and nothing waits for what is best effort (routes[1], routes[2]). Give it CPU at all times, or write delivery: required.`
    ])
    expect(await notes(QUIET + ALL, { env })).toEqual([])
  }
})

test('a fallback, and destinations that nothing leads to', async () => {
  const text = `${QUIET}routes: [{ to: [analytics] }]`
  expect(await notes(text, { fallback: ', fallback: { to: agents, after: 90s }' })).toEqual([
    'Once analytics has been unavailable for 90s, its events go to agents, with the extension fallbackfor; redrive brings them home.',
    'Nothing leads to erp: no route, no fallback, and it is not the dead letter.'
  ])
})
