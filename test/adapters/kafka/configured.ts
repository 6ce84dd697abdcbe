import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../../src/config/load.ts'
import { load, problemsOf, SECRET } from '../../config/folder.ts'

const adapter = fileURLToPath(new URL('../../../adapters/kafka.ts', import.meta.url))
const HEAD = `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]\ndestinations:\n`

/** By file: these options beside the adapter. */
export const byFile = (written: string, env = {}) => load(`${HEAD}  a: { adapter: ${adapter}, ${written} }\n`, env)
export const written = (rest: string) => byFile(`brokers: ["localhost:9092"], topic: t, ${rest}`)

/** By environment: brokers, topic and these variables. */
export const byEnvironment = (env: Record<string, string>) =>
  loadConfig({
    env: {
      GEMINI_WEBHOOK_SECRET: SECRET,
      BRIDGE_ADAPTER: adapter,
      KAFKA_BROKERS: 'localhost:9092',
      KAFKA_TOPIC: 't',
      ...env
    },
    directory: '/'
  })

/** The destination's options, valid and with every default. */
export async function optionsOf(config: ReturnType<typeof loadConfig>) {
  return (await config).destinations[0]?.options
}

/** What is wrong, without its place in the file, and what is offered in its stead. */
export async function said(config: Promise<unknown>): Promise<string[]> {
  const problems = await problemsOf(config)
  return problems.map(({ place, fault, example }) => {
    const at = place.startsWith('bridge.yaml') ? '' : `${place}: `
    return `${at}${fault.replace(/^destinations\.a\.?/, '')}${example === undefined ? '' : ` | ${example}`}`
  })
}
