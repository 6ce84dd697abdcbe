import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { freePorts } from '../brokers/ports.ts'
import { it } from '../brokers/prometheus/shared.ts'
import { until } from '../ingress/harness.ts'
import { SECRET } from '../ingress/sign.ts'
import { root, start } from '../spawn.ts'
import { codeBlocks } from './code-blocks.ts'

// The README's way from a broken destination to its remedy, command by command as printed. Only the ports are others, and
// what Prometheus keeps is in the test's own folder.
const run = promisify(execFile)

/** Every expression that the runbook gives to Prometheus. */
async function runbookQueries(): Promise<readonly string[]> {
  const page = (await readFile(join(root, 'deploy/runbook.md'), 'utf8')).replaceAll(/^```.*?^```$/gms, '')
  const inline = Array.from(
    page.matchAll(/`([^`]*\b(?:gemini_event_bridge|process|nodejs)_[^`]*)`/g),
    ([, text = '']) => text
  )
  const queries = [...(await codeBlocks('deploy/runbook.md', 'promql')).join('').trim().split('\n'), ...inline]
  expect(queries.length).toBeGreaterThan(20)
  return queries
}

it('breaks a destination, and finds its log line, its trace, its alert and its remedy; and what the runbook shows', async ({
  prometheus
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'geb-walk-'))
  const [port = 0, admin = 0, web = 0, kafka = 0] = await freePorts(4)
  for (const name of ['src', 'adapters', 'node_modules', 'package.json', 'test']) {
    await symlink(join(root, name), join(folder, name))
  }
  await cp(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true })
  const elsewhere = (text: string) =>
    text
      .replaceAll('127.0.0.1:9464', `127.0.0.1:${admin}`)
      .replaceAll('127.0.0.1:9090', `127.0.0.1:${web}`)
      .replaceAll('localhost:9092', `localhost:${kafka}`)
  const scrapes = join(folder, 'deploy/prometheus/prometheus.yaml')
  await writeFile(scrapes, elsewhere(await readFile(scrapes, 'utf8')))
  const yaml = await codeBlocks('README.md', 'yaml')
  const [broken = '', printed = ''] = [
    /brokers: \[localhost:9092\], topic: gemini-events }\n$/,
    /^ {6}- reachable/m
  ].map(line => yaml.find(block => line.test(block)) ?? '')
  // A file's own ports cannot be changed by the environment.
  await writeFile(join(folder, 'broken.yaml'), `${elsewhere(broken)}admin: { port: ${admin} }\n`)

  const scripts = await codeBlocks('README.md', 'sh')
  const script = (line: RegExp) => {
    const found = scripts.filter(block => line.test(block))
    expect(found).toHaveLength(1)
    return elsewhere(found[0] ?? '')
  }
  const env = {
    ...process.env,
    TMPDIR: folder,
    PATH: [dirname(prometheus.prometheus), dirname(prometheus.promtool), process.env['PATH']].join(delimiter),
    PORT: String(port),
    GEMINI_WEBHOOK_SECRET: SECRET
  }
  const inFolder = { cwd: folder, env }
  const shell = (script: string) => run('sh', ['-c', script], inFolder)
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '')

  // By `exec`, so that a signal reaches what it is meant for.
  const bridge = start('sh', ['-c', script(/spans\.log 2> bridge\.log/).replace(/npm run/, 'exec npm run')], inFolder)
  const server = start(
    'sh',
    ['-c', `exec ${script(/^prometheus /m).trim()} --web.listen-address=127.0.0.1:${web}`],
    inFolder
  )
  try {
    await until(async () => /"message":"listening"/.test(await read('bridge.log')), 20_000)
    const sent = script(/ send --count 5$/m).trim()
    const refused = await shell(`${sent} --url http://127.0.0.1:${port}/webhooks/gemini`).catch(error => error)
    expect(refused.stdout).toMatch(/ 503 ERR_DESTINATION[\s\S]*0 of 5 acknowledged/)

    const [line = ''] = (await shell(script(/^grep .* bridge\.log$/m))).stdout.split('\n')
    const entry = JSON.parse(line)
    const [example = ''] = (await codeBlocks('README.md', 'json')).filter(block =>
      block.includes('"message":"webhook"')
    )
    expect(Object.keys(entry)).toEqual(Object.keys(JSON.parse(example)))
    expect(entry.error).toContain('Kafka cannot be reached')

    await until(async () => (await read('spans.log')).includes("name: 'send analytics'"), 20_000)
    const { stdout: span } = await shell(script(/^grep .* spans\.log$/m))
    expect(span).toMatch(/'messaging\.destination\.name': 'gemini-events'[\s\S]*'error\.type': 'ERR_DESTINATION'/)
    expect(span).toContain(`traceId: '${entry['logging.googleapis.com/trace']}'`)

    const alert = async () => (await shell(script(/^promtool /m))).stdout
    await until(
      async () => /DestinationDown.*alertstate="pending".*destination="analytics"/.test(await alert()),
      40_000
    )

    const remedy = script(/check --config broken\.yaml --connect/)
    const { stdout, code } = await shell(remedy).catch(error => error)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^### GeminiEventBridgeDestinationDown[\s\S]*\*\*Do:\*\*/)
    expect(stdout).toContain(elsewhere(printed))

    const [state = '', log = '', meaning = ''] = await codeBlocks('deploy/runbook.md', 'sh')
    const shown = await shell(elsewhere(state))
    expect(shown.stdout).toMatch(/"unready"[\s\S]*in_flight[\s\S]*webhooks_total[\s\S]*destination_up/)
    const lines = (await shell(log.replace('msg_…', entry.id))).stdout.trim().split('\n')
    // Each webhook by its code, the one by its id, and each again among the warnings, where the tries to connect are too.
    expect(lines.length).toBeGreaterThan(5 + 1 + 5)
    const [webhook = ''] = (await codeBlocks('README.md', 'json')).filter(block => block.startsWith('{"type"'))
    await writeFile(join(folder, 'event.json'), webhook)
    await cp(join(folder, 'broken.yaml'), join(folder, 'bridge.yaml'))
    const checks = meaning.replaceAll('npx gemini-event-bridge', 'npm run -s bridge --')
    const { stdout: means } = await shell(`${checks}true\n`)
    expect(means).toMatch(/^listen:[\s\S]*^# Notes$[\s\S]*- reachable: fault$[\s\S]*^answer: 204/m)
    for (const query of await runbookQueries()) {
      const answer = await fetch(`http://127.0.0.1:${web}/api/v1/query?${new URLSearchParams({ query })}`)
      expect(await answer.json(), query).toMatchObject({ status: 'success' })
    }
  } finally {
    for (const program of [bridge, server]) program.kill('SIGKILL')
    await Promise.all([bridge.exit(), server.exit()])
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
