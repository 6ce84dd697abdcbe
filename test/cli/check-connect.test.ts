import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { serveKeySet } from '../../src/standin/key-set.ts'
import { watchLoading } from '../adapters/loaded.ts'
import { folder, MINIMAL, SECRET, TOKEN } from '../config/folder.ts'
import { freePort, startBridgeProgram } from '../spawn.ts'
import { HEAD } from './explain-event.ts'

const adapterIn = (name: string) => fileURLToPath(new URL(`${name}-adapter.ts`, import.meta.url))
const INSPECTING = adapterIn('inspecting')
const CONNECTING = adapterIn('connecting')
/** No cloud's credentials are to be found. */
const NOBODY = {
  HOME: '/nowhere',
  AWS_EC2_METADATA_DISABLED: 'true',
  GCE_METADATA_HOST: '127.0.0.1:1',
  METADATA_SERVER_DETECTION: 'none'
}

/** Starts `check --connect`. */
async function start(config: string, env: Record<string, string> = {}) {
  const cwd = await folder({ 'bridge.yaml': config })
  const program = startBridgeProgram(['check', '--config', 'bridge.yaml', '--connect'], { cwd, env })
  onTestFinished(() => program.kill('SIGKILL'))
  return program
}

/** What it says in the end. */
async function check(config: string, env?: Record<string, string>) {
  const program = await start(config, env)
  const code = await program.exit()
  return { code, output: program.stdout, log: program.stderr, found: parse(program.stdout) }
}

it('prints what is found in place of the configuration, and ends with 1 where anything is at fault', async () => {
  const port = await freePort()
  const { code, output, log } = await check(`${HEAD}
destinations:
  analytics: { adapter: kafka, brokers: ["localhost:${port}"], topic: gemini-events }
  console: { adapter: stdout }
`)
  expect(output).toBe(`destinations:
  analytics:
    adapter: kafka
    findings:
      - reachable: fault
        says: Kafka cannot be reached (localhost:${port}, ECONNREFUSED). Check brokers, the network and whether the broker is up.
  console:
    adapter: stdout
    findings:
      - reachable: ok
        says: Standard output is there, for whoever reads it.
result:
  faults: 1
  warnings: 0
  unknown: 0
`)
  expect([code, log]).toEqual([1, ''])
})

it('ends with 0 where nothing is at fault, whatever is uncertain', async () => {
  const keys = await serveKeySet()
  onTestFinished(() => keys.close())
  const { code, found } = await check(`
endpoints:
  - path: /jobs
    verify: { dynamic: { tokens: [${TOKEN}], keys: "${keys.url}" } }
destinations: { a: { adapter: memory } }
`)
  expect(code).toBe(0)
  expect(found).toEqual({
    endpoints: {
      '/jobs': {
        keys: keys.url,
        findings: [
          { reachable: 'ok', says: 'The key set can be loaded.' },
          { exists: 'ok', says: 'Usable keys: 3.' }
        ]
      }
    },
    destinations: { a: { adapter: 'memory', findings: [{ durability: 'warning', says: expect.any(String) }] } },
    result: { faults: 0, warnings: 1, unknown: 0 }
  })
})

it('looks at everything, and shows no secret', async () => {
  const port = await freePort()
  const password = 'nobody-may-see-this'
  const { code, output, log, found } = await check(
    `
endpoints:
  - path: /a
    verify: { static: { secrets: ["${SECRET}"] } }
  - path: /b
    verify: { dynamic: { tokens: [${TOKEN}], keys: "http://127.0.0.1:${port}/jwks.json" } }
destinations:
  kafka: { adapter: kafka, brokers: ["127.0.0.1:${port}"], topic: t, sasl: { mechanism: plain, username: u, password: ${password} } }
  pubsub: { adapter: pubsub, topic: projects/p/topics/events }
  eventbridge: { adapter: eventbridge, region: eu-central-1 }
  own: { adapter: ${INSPECTING}, does: throws }
dedupe: { store: redis, url: "redis://user:${password}@127.0.0.1:${port}" }
`,
    NOBODY
  )
  expect(code).toBe(1)
  const { endpoints, destinations, dedupe, result } = found
  expect(Object.keys(endpoints)).toEqual(['/b'])
  expect(endpoints['/b'].findings).toMatchObject([{ reachable: 'fault' }])
  expect(destinations.kafka.findings).toMatchObject([{ reachable: 'fault' }])
  expect(destinations.pubsub.findings).toMatchObject([{ authenticated: 'fault' }])
  expect(destinations.eventbridge.findings).toMatchObject([{ authenticated: 'fault' }])
  expect(destinations.own.findings).toMatchObject([{ exists: 'ok' }, { reachable: 'fault' }])
  expect(destinations.own.findings[1].says).toMatch(/^Nobody knows sha256:[\da-f]{8} there\. Ask for another one\.$/)
  expect(dedupe).toMatchObject({ redis: `127.0.0.1:${port}`, findings: [{ reachable: 'fault' }] })
  expect(result).toEqual({ faults: 6, warnings: 0, unknown: 0 })
  expect(log).toContain('"destination":"own","message":"Looking at own."')
  for (const secret of [SECRET, TOKEN, password]) expect(output + log).not.toContain(secret)
})

describe('an adapter of somebody else', () => {
  it('may inspect, and is told of the largest body', async () => {
    const { code, found } = await check(`${HEAD}
destinations: { own: { adapter: ${INSPECTING} } }
limits: { body: 1MiB }
`)
    expect(code).toBe(0)
    expect(found.destinations.own.findings).toEqual([
      { exists: 'ok', says: expect.stringMatching(/^own takes 1048576 bytes with the password sha256:/) }
    ])
  })

  it('that gives nonsense for a finding is said to do so', async () => {
    const { code, found } = await check(`${HEAD}destinations: { own: { adapter: ${INSPECTING}, does: nonsense } }`)
    expect(code).toBe(0)
    expect(found.destinations.own.findings).toMatchObject([{ reachable: 'unknown' }, { exists: 'ok' }])
  })

  it('that does not inspect is connected, and closed', async () => {
    const { code, found, log } = await check(`${HEAD}destinations: { own: { adapter: ${CONNECTING} } }`)
    expect(code).toBe(0)
    expect(found.destinations.own.findings).toMatchObject([{ reachable: 'ok' }, { permission: 'unknown' }])
    expect(log).toContain('It was closed.')
  })

  it('that cannot connect says why', async () => {
    const { code, found } = await check(`${HEAD}destinations: { own: { adapter: ${CONNECTING}, does: refuses } }`)
    expect(code).toBe(1)
    expect(found.destinations.own.findings).toEqual([
      { reachable: 'fault', says: 'The door is locked. Bring the key.' }
    ])
  })
})

describe('what hangs', () => {
  const config = `${HEAD}
destinations:
  inspection: { adapter: ${INSPECTING}, does: hangs }
  connection: { adapter: ${CONNECTING}, does: hangs }
`
  it('is given ten seconds', async () => {
    const { code, found } = await check(config)
    expect(code).toBe(1)
    const { inspection, connection } = found.destinations
    expect(inspection.findings).toMatchObject([{ exists: 'ok' }, { reachable: 'fault' }])
    expect(connection.findings).toMatchObject([{ reachable: 'fault' }])
    expect(connection.findings[0].says).toContain('within 10 s')
  })

  it.for(['SIGINT', 'SIGTERM'] as const)('ends by %s, with what was found until then', async signal => {
    const program = await start(config)
    await program.until(/Looking at inspection/)
    program.kill(signal)
    expect(await program.exit()).toBe(1)
    const { destinations } = parse(program.stdout)
    expect(destinations.inspection.findings[1].says).toContain(`${signal} came before more was known`)
  })
})

it('is an option by itself', async () => {
  const cwd = await folder({ 'bridge.yaml': MINIMAL })
  for (const other of [['--schema'], ['--event', 'event.json']]) {
    const program = startBridgeProgram(['check', '--connect', ...other], { cwd })
    expect(await program.exit()).toBe(2)
    expect(program.stderr).toContain(`'--connect' cannot be used with option '${other[0]}`)
  }
  const help = startBridgeProgram(['check', '--help'])
  expect(await help.exit()).toBe(0)
  expect(help.stdout).toMatch(/--connect +connect to every destination, key set and Redis/)
})

it('connects to nothing where the configuration is wrong', async () => {
  const { code, output, log } = await check(`${HEAD}destinations: { own: { adapter: ${INSPECTING}, does: badly } }`)
  expect([code, output]).toEqual([1, ''])
  expect(log).toContain('destinations.own.does')
  expect(log).not.toContain('Looking')
})

it('is loaded by nothing else', async () => {
  const cwd = await folder({ 'bridge.yaml': `${HEAD}destinations: { a: { adapter: memory } }` })
  const loaded = watchLoading(cwd)
  const modules = async (...args: string[]) => {
    const program = startBridgeProgram(['check', '--config', 'bridge.yaml', ...args], { cwd, env: loaded.env })
    expect(await program.exit()).toBe(0)
    return readFileSync(loaded.env.MODULES, 'utf8')
  }
  expect(await modules()).not.toMatch(/check\/connect\.ts|inspect\.ts/)
  expect(await modules('--connect')).toMatch(/check\/connect\.ts/)
})
