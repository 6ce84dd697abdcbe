// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what it shows
import { stringify } from 'yaml'
import { shapeOf } from '../../config/shape.ts'
import type { Answers } from './answers.ts'

/** The adapter's options that are not decided, a line each, to be uncommented. */
export function otherOptions({ adapter, options }: Answers): string[] {
  const { properties = {} } = shapeOf(adapter.definition.options)
  return Object.entries(properties).flatMap(([key, schema]) => {
    if (Object.hasOwn(options, key) || typeof schema !== 'object') return []
    const [example = schema.default] = schema.examples ?? []
    const value = example === undefined ? '…' : inline(example)
    return [`${key}: ${value}${schema.description === undefined ? '' : ` # ${schema.description}`}`]
  })
}

/** What is added next, as a rule, to be uncommented. */
export function furtherKeys({ adapter }: Answers): string[] {
  const { name } = adapter.definition
  return [
    'What is often added; `check --schema` has all keys, and deploy/examples whole configurations.',
    'events:',
    '  extensions: { tenant: user_metadata.tenant } # user_metadata.tenant becomes the attribute "tenant"',
    'routes: # without them, every event goes to every destination but the dead letter',
    `  - to: [${inline(name)}]`,
    `  - { filter: { suffix: { type: .failed } }, to: [parking], delivery: bestEffort }`,
    'deadLetter: parking # a destination for what can never be published; without one, such a webhook is answered 422',
    'dedupe: { store: redis, url: "${env:REDIS_URL}" } # one memory for all replicas, which outlasts a restart',
    'admin: { host: 0.0.0.0, port: 9464 } # /metrics and health, not on 127.0.0.1 alone'
  ]
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, blockQuote: false }).trim()
}
