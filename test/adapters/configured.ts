import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/load.ts'
import { load, problemsOf, SECRET } from '../config/folder.ts'

const HEAD = `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]\ndestinations:\n`

/**
 * The two ways to configure one of our adapters.
 * @param name such as `kafka`
 * @param required the variables that it cannot do without
 */
export function configure(name: string, required: Readonly<Record<string, string>>) {
  const adapter = fileURLToPath(new URL(`../../adapters/${name}.ts`, import.meta.url))
  return {
    /** By file: these options beside the adapter. */
    byFile: (written: string, env = {}) => load(`${HEAD}  a: { adapter: ${adapter}, ${written} }\n`, env),
    /** By environment: the required variables and these. */
    byEnvironment: (env: Record<string, string>) =>
      loadConfig({
        env: { GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_ADAPTER: adapter, ...required, ...env },
        directory: '/'
      })
  }
}

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
