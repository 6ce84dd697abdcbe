import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { runCheck } from '../cli/run-check.ts'
import { folder, SECRET, TOKEN } from '../config/folder.ts'
import { root } from '../spawn.ts'

/** What may be referred to, by the end of its name. */
const VALUES: Readonly<Record<string, string>> = {
  webhook: SECRET,
  token: TOKEN,
  password: 'a-password-of-the-tests',
  KAFKA_BROKERS: 'kafka-1.example.com:9093,kafka-2.example.com:9093',
  REDIS_URL: 'redis://redis.example.com:6379'
}

/** An example, in a folder that has exactly what its head asks for. */
export interface Example {
  readonly text: string
  /** The comment above the configuration, without its marks. */
  readonly head: string
  readonly references: readonly string[]
  check(options?: { readonly event?: string }): ReturnType<typeof runCheck>
  /** Where one webhook's event goes, for each source that the endpoints give it. */
  routed(webhook: object): Promise<ReadonlyMap<string, Routed>>
}

/** What becomes of an event. */
export interface Routed {
  readonly destinations: Readonly<Record<string, { readonly delivery: string; readonly record?: unknown }>>
  readonly answer: string
  /** What it is, or why it is none. */
  readonly event?: Readonly<Record<string, unknown>>
  readonly refused?: string
  readonly deadLetter?: { readonly destination: string }
}

/**
 * Reads an example of deploy/examples, and prepares all that it refers to.
 * @param without one of its references
 */
export async function openExample(file: string, without?: string): Promise<Example> {
  const text = await readFile(`${root}deploy/examples/${file}`, 'utf8')
  const [head = ''] = /^(#.*\n)+/.exec(text) ?? []
  const references = [...new Set(text.replaceAll(/^ *#.*$/gm, '').match(/(?<=\$\{(env|file):)[^}]+/g))]
  const directory = await folder({ 'bridge.yaml': text })
  const env: Record<string, string> = {}
  for (const reference of references.filter(reference => reference !== without)) {
    const value = Object.entries(VALUES).find(([end]) => reference.endsWith(end))?.[1] ?? ''
    if (!text.includes(`\${file:${reference}}`)) env[reference] = value
    else {
      await mkdir(join(directory, dirname(reference)), { recursive: true })
      await writeFile(join(directory, reference), `${value}\n`)
    }
  }
  const check = (options: object = {}) => runCheck({ config: 'bridge.yaml', ...options }, directory, { env })
  return {
    text,
    head: head.replaceAll(/^# ?/gm, ''),
    references,
    check,
    async routed(webhook) {
      await writeFile(join(directory, 'event.json'), JSON.stringify(webhook))
      const { output } = await check({ event: 'event.json' })
      const documents = parseAllDocuments(output).map(document => document.toJS())
      return new Map(documents.map(document => [document.endpoints.join(' '), document]))
    }
  }
}

/**
 * Where the event of a webhook at this endpoint goes, in the order of the alphabet: `archive`, `pager (bestEffort)`.
 * @param file of deploy/examples
 */
export async function wayOf(file: string, endpoint: string, webhook: object): Promise<string[]> {
  const routed = (await (await openExample(file)).routed(webhook)).get(endpoint)
  return Object.entries(routed?.destinations ?? {})
    .map(([name, { delivery }]) => (delivery === 'required' ? name : `${name} (${delivery})`))
    .sort()
}
