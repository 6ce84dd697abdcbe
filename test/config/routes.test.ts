import { describe, expect, test } from 'vitest'
import { faultsIn, load, SECRET } from './folder.ts'

const ENDPOINTS = `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]`
const withRoutes = (routes: string, rest = '', env: Record<string, string> = {}) =>
  load(
    `${ENDPOINTS}\ndestinations: { analytics: { adapter: memory }, agents: { adapter: memory } }\nroutes: ${routes}\n${rest}`,
    env
  )
const withFilter = (filter: string) => withRoutes(`[{ filter: ${filter}, to: [agents] }]`)

test('a route has a list of filters, its destinations, and how much they count', async () => {
  const { routes } = await withRoutes(
    `
  - to: [analytics, agents]
  - { filter: { exact: { tenant: "\${env:TENANT}", type: a } }, to: [agents], delivery: bestEffort }
  - { filter: [{ prefix: { type: a. } }, { not: { any: [{ suffix: { type: .b } }] } }], to: [agents], delivery: required }
  - { filter: [], to: [analytics] }`,
    '',
    { TENANT: '5' }
  )
  expect(routes).toEqual([
    { to: ['analytics', 'agents'], delivery: 'required' },
    { filter: [{ exact: { tenant: '5', type: 'a' } }], to: ['agents'], delivery: 'bestEffort' },
    {
      filter: [{ prefix: { type: 'a.' } }, { not: { any: [{ suffix: { type: '.b' } }] } }],
      to: ['agents'],
      delivery: 'required'
    },
    { filter: [], to: ['analytics'], delivery: 'required' }
  ])
  expect(Object.isFrozen(routes?.[1]?.filter?.[0])).toBe(true)
})

test('without the key there are none', async () => {
  const config = await load(`${ENDPOINTS}\ndestinations: { a: { adapter: memory } }`)
  expect(config).not.toHaveProperty('routes')
  expect(config).not.toHaveProperty('deadLetter')
})

const ONE_DIALECT = 'must have one of exact, prefix, suffix, all, any and not'

describe('a filter', () => {
  test.each([
    ['{ prefx: { type: a } }', ': unknown key "prefx"; did you mean "prefix"?'],
    ['{ sql: "true" }', ': unknown key "sql"; known here: exact, prefix, suffix, all, any, not'],
    ['{}', `: ${ONE_DIALECT}`],
    [
      '{ exact: { type: a }, prefix: { source: b } }',
      `: ${ONE_DIALECT.replace('one', 'only one')}; for several, put them into all`
    ],
    ['', ': has no value; it must be a filter (a mapping), or a list of filters'],
    ['exact', ': must be a filter (a mapping), or a list of filters'],
    ['[exact]', '[0]: must be a mapping (keys and values)'],
    ['[{ exact: { type: a } }, {}]', `[1]: ${ONE_DIALECT}`],
    ['{ exact: {} }', '.exact: needs at least one attribute and its text'],
    ['{ exact: type }', '.exact: must be a mapping (keys and values)'],
    ['{ exact: { type: "" } }', '.exact.type: must be a text that is not empty; numbers, true and false need quotes'],
    [
      '{ suffix: { tenant: 5 } }',
      '.suffix.tenant: must be a text that is not empty; numbers, true and false need quotes'
    ],
    [
      '{ exact: { tenant: [a, b] } }',
      '.exact.tenant: must be a text that is not empty; numbers, true and false need quotes'
    ],
    ['{ all: [] }', '.all: needs at least one filter'],
    ['{ any: { exact: { type: a } } }', '.any: must be a list'],
    ['{ not: [{ exact: { type: a } }] }', '.not: must be a mapping (keys and values)'],
    ['{ all: [{ any: [{ not: {} }] }] }', `.all[0].any[0].not: ${ONE_DIALECT}`]
  ])('%s is refused', async (filter, fault) => {
    expect(await faultsIn(withFilter(filter))).toEqual([`routes[0].filter${fault}`])
  })

  test.each(['data', 'Type', 'ce-type', 'a'.repeat(21), '""'])('cannot look at %s', async name => {
    expect(await faultsIn(withFilter(`{ exact: { ${name}: a } }`))).toEqual([
      expect.stringMatching(/^routes\[0\]\.filter\.exact: the name ".*" must be a CloudEvents attribute's name/)
    ])
  })

  test('has at most 16 filters inside one another', async () => {
    const nested = (depth: number) => `${'{ not: '.repeat(depth - 1)}{ exact: { type: a } }${' }'.repeat(depth - 1)}`
    expect((await withFilter(nested(16))).routes).toHaveLength(1)
    for (const filter of [nested(17), `[${nested(17)}]`, `{ any: [{ exact: { type: a } }, ${nested(16)}] }`]) {
      expect(await faultsIn(withFilter(filter))).toEqual([
        'routes[0].filter: must not have more than 16 filters inside one another'
      ])
    }
  })
})

test.each([
  ['[]', 'routes: needs at least one route; leave it out to send every event everywhere'],
  ['analytics', 'routes: must be a list'],
  ['[{}]', 'routes[0].to: is missing; it must be a list of destinations'],
  ['[{ to: analytics }]', 'routes[0].to: must be a list of destinations'],
  ['[{ to: [] }]', 'routes[0].to: needs at least one destination'],
  ['[{ to: [5] }]', "routes[0].to[0]: must be a destination's name"],
  ['[{ to: [agent] }]', 'routes[0].to[0]: must be a destination\'s name; did you mean "agents"?'],
  ['[{ to: [erp] }]', "routes[0].to[0]: must be a destination's name; known here: analytics, agents"],
  ['[{ to: [constructor] }]', "routes[0].to[0]: must be a destination's name; known here: analytics, agents"],
  ['[{ to: [agents, analytics, agents] }]', 'routes[0].to[2]: is the same as the one at [0]. Remove one of them'],
  ['[{ to: [agents], delivery: best }]', 'routes[0].delivery: must be required or bestEffort'],
  ['[{ to: [agents], filters: {} }]', 'routes[0]: unknown key "filters"; did you mean "filter"?']
])('routes: %s is refused', async (routes, fault) => {
  expect(await faultsIn(withRoutes(routes))).toEqual([fault])
})

describe('the dead letter', () => {
  test('is a destination', async () => {
    expect((await withRoutes('[{ to: [analytics] }]', 'deadLetter: agents')).deadLetter).toBe('agents')
  })

  test.each([
    ['agent', 'must be a destination\'s name; did you mean "agents"?'],
    ['parking', "must be a destination's name; known here: analytics, agents"],
    ['[agents]', "must be a destination's name"],
    ['', "has no value; it must be a destination's name"]
  ])('cannot be %s', async (name, fault) => {
    expect(await faultsIn(withRoutes('[{ to: [analytics] }]', `deadLetter: ${name}`))).toEqual([`deadLetter: ${fault}`])
  })

  test('cannot be the only destination, unless routes say that events go there', async () => {
    const alone = `${ENDPOINTS}\ndestinations: { a: { adapter: memory } }\ndeadLetter: a\n`
    expect(await faultsIn(load(alone))).toEqual([
      'deadLetter: is the only destination, and without routes no event goes to it: add another destination'
    ])
    expect(await load(`${alone}routes: [{ to: [a] }]`)).toMatchObject({ deadLetter: 'a' })
    expect(await load(alone.replace('memory }', 'memory }, b: { adapter: memory }'))).toMatchObject({ deadLetter: 'a' })
  })
})

test('where there are no destinations, that alone is said', async () => {
  const text = `${ENDPOINTS}\nroutes: [{ to: [a] }]\ndeadLetter: b\n`
  expect(await faultsIn(load(text))).toEqual(['destinations: is missing'])
  expect(await faultsIn(load(`${text}destinations: {}`))).toEqual(['destinations: needs at least one destination'])
})

test('names that are no texts are not compared', async () => {
  expect(await faultsIn(withRoutes('[{ to: [5, 5] }]'))).toEqual([
    "routes[0].to[0]: must be a destination's name",
    "routes[0].to[1]: must be a destination's name"
  ])
})

test('a name that a reference should have given is not compared', async () => {
  expect(await faultsIn(withRoutes(`[{ to: ["\${env:A}", "\${env:A}"] }]`))).toEqual([
    expect.stringMatching(/^routes\[0\]\.to\[0\]: the environment variable A is not set/),
    expect.stringMatching(/^routes\[0\]\.to\[1\]: the environment variable A is not set/)
  ])
})

test('names are compared beside whatever else is wrong', async () => {
  const text = `
listen: { port: many }
destinations: { analytics: { adapter: memory, fallback: { to: agent } }, agents: { adapter: memory, x: 1 } }
routes: [text, { to: [agents, agent], delivery: best }]
deadLetter: parking`
  const places = (await faultsIn(load(text))).map(fault => fault.split(':')[0])
  expect(places).toEqual([
    'endpoints',
    'listen.port',
    'destinations.analytics.fallback.to',
    'destinations.agents',
    'routes[0]',
    'routes[1].to[1]',
    'routes[1].delivery',
    'deadLetter'
  ])
})
