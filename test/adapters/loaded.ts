import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HOOK = new URL('./list-modules.ts', import.meta.url).href

/** What only those need who use it: the brokers' clients, and what logs in to brokers. */
const CLIENTS = [
  '@aws-sdk/client-eventbridge',
  '@google-cloud/pubsub',
  '@platformatic/kafka',
  'google-auth-library',
  'kafkajs',
  'oauth4webapi'
]

/** Finds out what a program loads that is started with this environment. */
export interface Loaded {
  readonly env: { readonly NODE_OPTIONS: string; readonly MODULES: string }
  /** The packages of which anything has been loaded so far. */
  packages(): string[]
  /** Those among them that are for one broker only, in alphabetical order. */
  clients(): string[]
}

/** @param directory where to keep the list */
export function watchLoading(directory: string): Loaded {
  const file = join(directory, 'modules')
  writeFileSync(file, '')
  const packages = () => {
    const paths = readFileSync(file, 'utf8').matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/[^\n]*$/gm)
    return [...new Set(Array.from(paths, ([, name = '']) => name))]
  }
  return {
    env: { NODE_OPTIONS: `--import=${HOOK}`, MODULES: file },
    packages,
    clients: () => CLIENTS.filter(name => packages().includes(name))
  }
}
