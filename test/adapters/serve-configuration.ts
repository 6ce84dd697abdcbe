/** The two ways to configure `serve`, each as the environment to start it with. It listens on free ports. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

type Options = Readonly<Record<string, unknown>>

/** By environment variables alone: one destination. */
export function byEnvironment(adapter: string, options: Options): Record<string, string> {
  const listening = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: '0', PORT: '0' }
  return { ...listening, BRIDGE_ADAPTER: adapter, ...toVariables(options, adapter.toUpperCase()) }
}

/** By a file in this folder: a destination for each of these options. */
export function byFile(directory: string, adapter: string, destinations: readonly Options[]): Record<string, string> {
  const file = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    endpoints: [{ path: '/webhooks/gemini', verify: { static: { secrets: [`\${env:GEMINI_WEBHOOK_SECRET}`] } } }],
    destinations: Object.fromEntries(destinations.map((options, index) => [`d${index}`, { adapter, ...options }]))
  }
  writeFileSync(join(directory, 'bridge.yaml'), stringify(file))
  return { BRIDGE_CONFIG: 'bridge.yaml' }
}

/** KAFKA_SASL_TOKEN_URL is sasl.tokenUrl. */
function toVariables(options: object, prefix: string): Record<string, string> {
  const variables = Object.entries(options).map(([key, value]) => {
    const name = `${prefix}_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
    return typeof value === 'object' && !Array.isArray(value) ? toVariables(value, name) : { [name]: String(value) }
  })
  return Object.assign({}, ...variables)
}
