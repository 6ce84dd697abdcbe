/** The bridge as a program of its own, and what can be seen of it from outside. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { SECRET } from '../ingress/sign.ts'
import { root, start } from '../spawn.ts'

export interface BridgeProgram {
  /** Where it listens. */
  readonly url: string
  readonly adminUrl: string
  /** Value of the sample with exactly this name and these labels; 0 when there is none. */
  metric(sample: string): Promise<number>
  /** MiB that it holds in memory now, without what can be read from its files again (Linux only). */
  memory(): number
}

type Settings = Readonly<Record<string, unknown>>

/** What Node chooses by itself in a container of 256 MB; elsewhere it goes by the machine's memory. */
const SMALL = '--max-semi-space-size=1 --max-old-space-size=256'

/** Starts `serve` with the static endpoint `/hooks`, as in a container of 256 MB. It ends with the test. */
export async function startProgram(destinations: Settings, limits: Settings = {}): Promise<BridgeProgram> {
  const folder = temporaryFolder('geb-overload-')
  const file = join(folder.path, 'bridge.yaml')
  const listener = { host: '127.0.0.1', port: 0 }
  const endpoints = [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }]
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ listen: listener, admin: listener, endpoints, destinations, limits }))
  const command = [process.execPath, join(root, 'src/main.ts'), 'serve', '--config', file]
  const program = start('sh', ['-c', 'echo "process $$"; exec "$@"', 'sh', ...command], {
    env: { NODE_OPTIONS: SMALL }
  })
  onTestFinished(async () => {
    program.kill('SIGKILL')
    await program.exit()
    await folder.remove()
  })
  const [, pid] = await program.until(/process (\d+)/)
  const [, url = '', adminUrl = ''] = await program.until(/"url":"([^"]+)","admin":"([^"]+)"/)
  return {
    url,
    adminUrl,
    async metric(sample) {
      const lines = (await (await fetch(`${adminUrl}/metrics`)).text()).split('\n')
      const line = lines.find(line => line.startsWith(`${sample} `))
      return Number(line?.slice(sample.length + 1) ?? 0)
    },
    memory() {
      const kilobytes = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes === undefined) throw new Error('this system does not say how much memory a process has')
      return Number(kilobytes) / 1024
    }
  }
}
