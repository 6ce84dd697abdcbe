import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, root, start } from '../spawn.ts'
import { codeBlocks } from './code-blocks.ts'

// The README's commands, as printed, in a folder that is this checkout by links, so that nothing is written into it.
// Only the ports are others, since 8080 and 9464 may be somebody's.
const run = promisify(execFile)
let folder = ''
let port = ''
let scripts: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geb-readme-'))
  await mkdir(join(folder, 'test'))
  for (const name of ['src', 'adapters', 'node_modules', 'package.json', 'test/runtime']) {
    await symlink(join(root, name), join(folder, name))
  }
  const [yaml = ''] = await codeBlocks('README.md', 'yaml')
  await writeFile(join(folder, 'bridge.yaml'), `${yaml}admin: off\n`)
  scripts = await codeBlocks('README.md', 'sh')
  port = String(await freePort())
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The only block with such a line. */
const scriptWith = (line: RegExp) => {
  const found = scripts.filter(script => line.test(script))
  expect(found).toHaveLength(1)
  return found[0] ?? ''
}
const environment = () => ({
  PORT: port,
  BRIDGE_ADMIN_PORT: 'off',
  BRIDGE_HOST: '127.0.0.1',
  PATH: process.env['PATH']
})
const serveThenSend = async (script: string) => {
  const program = start('sh', ['-c', `${script.replace(/^(npm run .* serve)/m, 'exec $1')}`], {
    cwd: folder,
    env: environment()
  })
  try {
    await program.until(/"message":"listening"/)
    const send = scriptWith(/ send --type /).trim()
    const secret = /GEMINI_WEBHOOK_SECRET=(\S+)/.exec(scripts.join('\n'))?.[1]
    const { stdout } = await run('sh', ['-c', `${send} --url http://127.0.0.1:${port}/webhooks/gemini`], {
      cwd: folder,
      env: { ...process.env, GEMINI_WEBHOOK_SECRET: secret }
    })
    expect(stdout).toMatch(/^msg_\S+ 204 /)
    await program.until(/"type":"com.google.gemini.batch.succeeded".*"user_metadata":\{"tenant":"acme"\}/)
    return program.stdout
  } finally {
    program.kill('SIGKILL')
    await program.exit()
  }
}

test('serve by environment variables, and send', async () => {
  await serveThenSend(scriptWith(/^export BRIDGE_ADAPTER=stdout/m))
})

test('check and serve by the file, and send', async () => {
  const secret = scripts.join('\n').match(/^export GEMINI_WEBHOOK_SECRET.*$/m)?.[0]
  const script = scriptWith(/serve --config bridge\.yaml/)
  const checkOnly = script.replace(/^.*serve.*$/m, '')
  const { stdout } = await run('sh', ['-e', '-c', `${secret}\n${checkOnly}`], { cwd: folder, env: environment() })
  expect(stdout).toContain('/webhooks/gemini/jobs')
  expect(stdout).not.toContain('whsec_')
  const events = await serveThenSend(`${secret}\nadmin=off\n${script}`)
  expect(events).toContain('"tenant":"acme","data"')
})

test('init, and check', async () => {
  const script = scriptWith(/bridge -- init /)
  const { stdout } = await run('sh', ['-e', '-c', script], { cwd: folder, env: environment() })
  expect(stdout).toContain('source: //generativelanguage.googleapis.com/projects/acme')
})

test('check --event, and what it prints', async () => {
  const yaml = await codeBlocks('README.md', 'yaml')
  const [config, printed] = [/^routes:/m, /^answer:/m].map(line => yaml.find(block => line.test(block)))
  const webhook = (await codeBlocks('README.md', 'json')).find(block => block.startsWith('{"type"'))
  await writeFile(join(folder, 'routed.yaml'), config ?? '')
  await writeFile(join(folder, 'event.json'), webhook ?? '')
  const secret = scripts.join('\n').match(/^export GEMINI_WEBHOOK_SECRET.*$/m)?.[0]
  const script = `${secret}\n${scriptWith(/--event/)}`
  const { stdout } = await run('sh', ['-e', '-c', script], { cwd: folder, env: environment() })
  const withoutNow = (text = '') => text.replace(/(recordedtime: ).*/g, '$1now')
  expect(withoutNow(stdout)).toBe(withoutNow(printed))
})

test('no document has a shell command that nothing runs', async () => {
  const known = [
    // By .ci/run, on a clean checkout:
    /^npm ci$/,
    /^npm (run check|test)\b/,
    // By hand, before an issue is closed:
    /^npm run test:full\b/,
    /^npm run (test:mutants|chaos)\b/,
    /^npm ci && npm test$/,
    // By test/cli/dev.test.ts, and test/bench by hand:
    /^npm ci && npm start$/,
    /^npm run bench\b/,
    // By test/package.test.ts and test/start-up.test.ts:
    /^npm run build(:cache)? /,
    // Above:
    /^export \w+=\S+$/,
    /^npm run -s bridge -- (serve|check --config bridge.yaml|init --webhooks static .* --out first\.yaml|check --config first\.yaml|check --config routed.yaml --event event.json|serve --config bridge.yaml|send .*)$/,
    // By walkthrough.registration.test.ts:
    /^npm start -- --rate 20$/,
    /^export GOOGLE_GEMINI_BASE_URL=http:\/\/127\.0\.0\.1:9465 GEMINI_API_KEY=any$/,
    /^(ID=\$\()?npm run -s bridge -- webhooks (create|list|rotate|update) ?/,
    /^npx gemini-event-bridge webhooks (list|update "\$ID" --state enabled|ping "\$ID")$/,
    /^npm run -s bridge -- serve --config registered\.yaml > events\.jsonl$/,
    /^curl -s 127\.0\.0\.1:9466\/metrics \| grep signatures_total$/,
    // By test/cli/redrive.test.ts:
    /^(npm run -s bridge --|npx gemini-event-bridge) redrive /,
    // By walkthrough.prometheus.test.ts:
    /^NODE_OPTIONS=\S+ OTEL_TRACES_EXPORTER=console npm run -s bridge -- serve --config broken\.yaml > spans\.log 2> bridge\.log$/,
    /^(prometheus --config\.file=|promtool query instant )/,
    /^grep .* (bridge\.log|spans\.log|deploy\/runbook\.md)$/,
    /^npm run -s bridge -- check --config broken\.yaml --connect$/,
    /^curl -s 127\.0\.0\.1:9464\//,
    /^jq -cR '.*' bridge\.log$/,
    /^npx gemini-event-bridge check --config bridge\.yaml( --connect| --event event\.json)?$/,
    // By test/adapters/third-party.redis.test.ts:
    /^npm install \.\/bridge-redis-streams$/,
    /^node --test$/,
    // By test/docs/consumers/:
    /^node docs\/consumers\/(kafka|pubsub|sqs)\.js$/
  ]
  const pages = (await readdir(join(root, 'docs'))).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)
  expect(pages).toContain('docs/events.md')
  for (const file of [
    'README.md',
    'CONTRIBUTING.md',
    'ARCHITECTURE.md',
    'adapters/README.md',
    'deploy/runbook.md',
    ...pages
  ]) {
    const lines = (await codeBlocks(file, 'sh')).join('').trim().split('\n')
    expect(lines.filter(line => line !== '' && !known.some(pattern => pattern.test(line)))).toEqual([])
  }
})
