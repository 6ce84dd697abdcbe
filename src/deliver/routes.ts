import type { Config, RouteConfig } from '../config/config.ts'
import type { CloudEvent } from '../event.ts'
import { explainFilter } from './explain-filter.ts'
import { compileFilter } from './filter.ts'

/** A destination that an event goes to. */
export interface Target {
  /** Its name. */
  readonly destination: string
  /** Whether the acknowledgement depends on it: not when only best-effort routes lead there. */
  readonly required: boolean
}

/** As much of the configuration as decides where events go. */
export type Routing = Pick<Config, 'routes' | 'deadLetter' | 'destinations'>

/** What one route says about one event. */
export interface RouteExplanation {
  /** Where the route stands, `routes[0]`; or `every event`, where no routes are configured. */
  readonly route: string
  readonly matches: boolean
  /** Why it does not match. */
  readonly why?: string
  readonly to: readonly string[]
  readonly delivery: RouteConfig['delivery']
}

/**
 * Makes the function that says where an event goes: to each destination of every route that matches, once, in the order
 * of the configuration's destinations.
 * @param onMatch told of each route that matches, by its name; of none where no routes are configured
 */
export function createRouter(
  config: Routing,
  onMatch: (route: string) => void = () => {}
): (event: CloudEvent) => readonly Target[] {
  const names = routeNames(config)
  const routes = routesOf(config).map(({ filter, ...route }, index) => ({
    ...route,
    name: names[index],
    matches: compileFilter(filter)
  }))
  // Made once: an event finds them by the routes that match.
  const destinations = config.destinations.map(({ name }) => ({
    leading: routes.filter(({ to }) => to.includes(name)),
    required: { destination: name, required: true },
    bestEffort: { destination: name, required: false }
  }))
  return event => {
    const matching = new Set<(typeof routes)[number]>()
    for (const route of routes) {
      if (!route.matches(event)) continue
      matching.add(route)
      if (route.name !== undefined) onMatch(route.name)
    }
    const targets: Target[] = []
    for (const { leading, required, bestEffort } of destinations) {
      let target: Target | undefined
      for (const route of leading) {
        if (matching.has(route)) target = route.delivery === 'required' ? required : (target ?? bestEffort)
      }
      if (target) targets.push(target)
    }
    return targets
  }
}

/** The configured routes by where they stand: `routes[0]`. */
export function routeNames({ routes = [] }: Routing): readonly string[] {
  return routes.map((_, index) => `routes[${index}]`)
}

/** The destinations that some event may require. */
export function requiredDestinations(config: Routing): ReadonlySet<string> {
  return new Set(routesOf(config).flatMap(({ to, delivery }) => (delivery === 'required' ? to : [])))
}

/** What each route says about an event, in the order of the configuration. */
export function explainRoutes(config: Routing, event: CloudEvent): readonly RouteExplanation[] {
  const names = routeNames(config)
  return routesOf(config).map(({ filter, to, delivery }, index) => {
    const why = explainFilter(filter, event)
    const route = names[index] ?? 'every event'
    return { route, matches: why === undefined, ...(why !== undefined && { why }), to, delivery }
  })
}

/** The routes as configured; without any, every event goes to every destination but the dead letter. */
function routesOf({ routes, deadLetter, destinations }: Routing): readonly RouteConfig[] {
  const names = destinations.map(({ name }) => name)
  return routes ?? [{ to: names.filter(name => name !== deadLetter), delivery: 'required' }]
}
