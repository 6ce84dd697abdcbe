/**
 * A Prometheus with the configuration and the rules of `deploy/prometheus/`, which scrapes one bridge, every second.
 *
 *     const prometheus = await startPrometheus(programs, admin)    // '127.0.0.1:9464'
 *     await prometheus.query('up')                                 // [{ labels: { job: …, instance: … }, value: 1 }]
 *     await prometheus.stop()
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../spawn.ts'
import { startMemoryServer } from '../server.ts'
import type { PrometheusPrograms } from './programs.ts'

/** One series' value now. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** How an alert rule is doing. */
export interface RuleState {
  readonly name: string
  /** `unknown` until it has been evaluated. */
  readonly health: 'unknown' | 'ok' | 'err'
  readonly lastError?: string
  readonly state: 'inactive' | 'pending' | 'firing'
}

export interface Prometheus {
  readonly url: string
  /** What an expression gives now. Fails with what Prometheus says is wrong with it. */
  query(expression: string): Promise<readonly Sample[]>
  /** The alert rules, as they were last evaluated. */
  rules(): Promise<readonly RuleState[]>
  stop(): Promise<void>
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] }
}

interface Rules {
  readonly data: { readonly groups: readonly { readonly rules: readonly RuleState[] }[] }
}

/** @param target the address of the bridge's admin listener, as `127.0.0.1:9464` */
export async function startPrometheus({ prometheus }: PrometheusPrograms, target: string): Promise<Prometheus> {
  const { at, stop } = await startMemoryServer(prometheus, (port, folder) => [
    `--config.file=${configure(folder, target)}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn'
  ])
  const url = `http://${at}`
  return {
    url,
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expression })
      })
      const { status, error, data } = (await response.json()) as Answer
      if (status !== 'success') throw new Error(`${expression}: ${error}`)
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
    },
    async rules() {
      const { data } = (await (await fetch(`${url}/api/v1/rules`)).json()) as Rules
      return data.groups.flatMap(({ rules }) => rules)
    },
    stop
  }
}

/** Copies the configuration, with another target and a shorter interval; the copy's path. */
function configure(folder: string, target: string): string {
  const from = join(root, 'deploy/prometheus')
  const written = readFileSync(join(from, 'prometheus.yaml'), 'utf8')
  const configuration = written.replace('127.0.0.1:9464', target).replaceAll('interval: 5s', 'interval: 1s')
  if (!configuration.includes(target) || configuration === written)
    throw new Error('prometheus.yaml has no such target')
  const file = join(folder, 'prometheus.yaml')
  cpSync(join(from, 'alerts.yaml'), join(folder, 'alerts.yaml'))
  writeFileSync(file, configuration)
  return file
}
