import type { Filter } from '../deliver/filter.ts'
import type { Config, RouteConfig } from './config.ts'
import { formatDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { EVENT_ATTRIBUTES } from './events-schema.ts'

/** What an operator should know about where events go, and about what is not certain on the way. */
export function deliveryNotes(config: Config, env: Environment): string[] {
  return [
    ...routeNotes(config),
    ...platformNotes(config, env),
    ...fallbackNotes(config),
    ...binaryNotes(config),
    ...unusedNotes(config),
    ...(config.deadLetter === undefined
      ? [
          'There is no dead letter: a verified webhook that can never be published is answered with 422, and lost once Gemini gives up.'
        ]
      : []),
    ...dedupeNotes(config)
  ]
}

function routeNotes({ routes, events }: Config): string[] {
  if (routes === undefined) return []
  const known = new Set([...EVENT_ATTRIBUTES, ...Object.keys(events.extensions)])
  const isCatchAll = ({ filter = [] }: RouteConfig) => filter.length === 0
  return [
    ...routes.flatMap(({ filter = [] }, index) =>
      [...new Set(filter.flatMap(namesIn))]
        .filter(name => !known.has(name))
        .map(name => `routes[${index}] looks at ${name}, which no event has: events.extensions does not name it.`)
    ),
    ...routes.flatMap(({ filter = [] }, index) =>
      filter
        .flatMap(typesIn)
        .filter(type => !type.startsWith(events.typePrefix) && !events.typePrefix.startsWith(type))
        .map(type => `routes[${index}] looks for the type ${type}, and all types begin with ${events.typePrefix}`)
    ),
    ...(routes.some(isCatchAll)
      ? []
      : ['No route takes all events: one that no route wants is acknowledged, and dropped.'])
  ]
}

function namesIn(filter: Filter): string[] {
  if ('all' in filter) return filter.all.flatMap(namesIn)
  if ('any' in filter) return filter.any.flatMap(namesIn)
  if ('not' in filter) return namesIn(filter.not)
  return Object.values(filter).flatMap(attributes => Object.keys(attributes))
}

/** How the types begin that a filter looks for. */
function typesIn(filter: Filter): string[] {
  if ('all' in filter) return filter.all.flatMap(typesIn)
  if ('any' in filter) return filter.any.flatMap(typesIn)
  if ('not' in filter) return typesIn(filter.not)
  const { type } = 'exact' in filter ? filter.exact : 'prefix' in filter ? filter.prefix : {}
  return type === undefined ? [] : [type]
}

/** Set where the platform may freeze the process once it has answered: Cloud Run, AWS Lambda. */
const FREEZING = ['K_SERVICE', 'AWS_LAMBDA_FUNCTION_NAME']

function platformNotes({ routes = [] }: Config, env: Environment): string[] {
  const variable = FREEZING.find(name => env[name])
  const names = routes.flatMap(({ delivery }, index) => (delivery === 'bestEffort' ? [`routes[${index}]`] : []))
  if (variable === undefined || names.length === 0) return []
  return [
    `${variable} is set: this platform may freeze the process once it has answered, and nothing waits for what is best effort (${names.join(', ')}). Give it CPU at all times, or write delivery: required.`
  ]
}

function fallbackNotes({ destinations }: Config): string[] {
  return destinations.flatMap(({ name, fallback }) =>
    fallback === undefined
      ? []
      : [
          `Once ${name} has been unavailable for ${formatDuration(fallback.after)}, its events go to ${fallback.to}, with the extension fallbackfor; redrive brings them home.`
        ]
  )
}

function binaryNotes({ deadLetter, destinations }: Config): string[] {
  const redriven = [deadLetter, ...destinations.map(({ fallback }) => fallback?.to)]
  return destinations
    .filter(({ name, options }) => redriven.includes(name) && options['contentMode'] === 'binary')
    .map(({ name }) => `redrive reads events in structured content mode: at ${name}, write contentMode: structured.`)
}

function unusedNotes({ routes, deadLetter, destinations }: Config): string[] {
  if (routes === undefined) return []
  const used = [...routes.flatMap(({ to }) => to), ...destinations.map(({ fallback }) => fallback?.to), deadLetter]
  return destinations
    .filter(({ name }) => !used.includes(name))
    .map(({ name }) => `Nothing leads to ${name}: no route, no fallback, and it is not the dead letter.`)
}

function dedupeNotes({ dedupe: { store } }: Config): string[] {
  switch (store) {
    case 'memory':
      return [
        'Each replica remembers for itself what was accepted and what was refused: after a restart, or at another replica, a redelivery is published again, and one with an old timestamp is refused.'
      ]
    case 'off':
      return ['Nothing is remembered of what was accepted (dedupe: off): every redelivery is published again.']
    case 'redis':
      return []
  }
}
