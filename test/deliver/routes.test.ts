import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RouteConfig } from '../../src/config/config.ts'
import type { Filter } from '../../src/deliver/filter.ts'
import { createRouter, explainRoutes, type Routing, requiredDestinations } from '../../src/deliver/routes.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

const event = sampleEvent('{}', { tenant: 'acme' })

const YES: Filter[] = [{ exact: { tenant: 'acme' } }]
const NO: Filter[] = [{ exact: { tenant: 'other' } }]

/** Nothing else of a destination decides where events go. */
function routing(names: readonly string[], rest: Pick<Routing, 'routes' | 'deadLetter'> = {}): Routing {
  return { ...rest, destinations: names.map(name => ({ name }) as Routing['destinations'][number]) }
}

test('without routes, every event goes to every destination but the dead letter, required', () => {
  const config = routing(['a', 'parking', 'b'], { deadLetter: 'parking' })
  expect(createRouter(config)(event)).toEqual([
    { destination: 'a', required: true },
    { destination: 'b', required: true }
  ])
  expect(requiredDestinations(config)).toEqual(new Set(['a', 'b']))
  expect(explainRoutes(config, event)).toEqual([
    { route: 'every event', matches: true, to: ['a', 'b'], delivery: 'required' }
  ])
})

test('all routes that match count; those that do not say why', () => {
  const config = routing(['a', 'b', 'c', 'd'], {
    routes: [
      { filter: NO, to: ['a'], delivery: 'required' },
      { filter: YES, to: ['c', 'b'], delivery: 'bestEffort' },
      { to: ['b'], delivery: 'required' }
    ]
  })
  expect(createRouter(config)(event)).toEqual([
    { destination: 'b', required: true },
    { destination: 'c', required: false }
  ])
  expect(requiredDestinations(config)).toEqual(new Set(['a', 'b']))
  expect(explainRoutes(config, event)).toEqual([
    { route: 'routes[0]', matches: false, why: 'tenant "acme" is not "other"', to: ['a'], delivery: 'required' },
    { route: 'routes[1]', matches: true, to: ['c', 'b'], delivery: 'bestEffort' },
    { route: 'routes[2]', matches: true, to: ['b'], delivery: 'required' }
  ])
})

test('an event that no route wants goes nowhere', () => {
  const config = routing(['a'], { routes: [{ filter: NO, to: ['a'], delivery: 'required' }] })
  expect(createRouter(config)(event)).toEqual([])
})

test('the dead letter takes events only where a route names it', () => {
  const config = routing(['a', 'parking'], {
    routes: [{ to: ['parking'], delivery: 'bestEffort' }],
    deadLetter: 'parking'
  })
  expect(createRouter(config)(event)).toEqual([{ destination: 'parking', required: false }])
  expect(requiredDestinations(config)).toEqual(new Set())
})

const NAMES = ['a', 'b', 'c', 'd']
const route: fc.Arbitrary<RouteConfig> = fc.record({
  filter: fc.constantFrom(YES, NO, []),
  to: fc.shuffledSubarray(NAMES, { minLength: 1 }),
  delivery: fc.constantFrom('required', 'bestEffort')
})

test('whatever the routes: each destination once, and required if any route that matches says so', () => {
  fc.assert(
    fc.property(fc.array(route, { minLength: 1, maxLength: 6 }), routes => {
      const config = routing(NAMES, { routes })
      const reached = new Map<string, boolean>()
      for (const { filter, to, delivery } of routes) {
        if (filter === NO) continue
        for (const name of to) reached.set(name, reached.get(name) === true || delivery === 'required')
      }
      const targets = createRouter(config)(event)
      expect(targets).toHaveLength(reached.size)
      expect(new Map(targets.map(({ destination, required }) => [destination, required]))).toEqual(reached)
      expect(targets.map(({ destination }) => destination)).toEqual(NAMES.filter(name => reached.has(name)))
      const required = requiredDestinations(config)
      for (const target of targets) if (target.required) expect(required).toContain(target.destination)
      const explained = explainRoutes(config, event).filter(({ matches }) => matches)
      expect(new Set(explained.flatMap(({ to }) => to))).toEqual(new Set(reached.keys()))
    }),
    { numRuns: 500 }
  )
})

test('each route that matches is told of, whether or not another leads to the same destinations', () => {
  const told: string[] = []
  const config = routing(['a', 'b'], {
    routes: [
      { to: ['a'], delivery: 'required' },
      { filter: NO, to: ['b'], delivery: 'required' },
      { to: ['a', 'b'], delivery: 'bestEffort' }
    ]
  })
  createRouter(config, route => told.push(route))(event)
  expect(told).toEqual(['routes[0]', 'routes[2]'])
  createRouter(routing(['a']), route => told.push(route))(event)
  expect(told).toHaveLength(2)
})
