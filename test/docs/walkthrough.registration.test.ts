import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../ingress/harness.ts'
import { freePort, type Program, root, start } from '../spawn.ts'
import { codeBlocks } from './code-blocks.ts'

// The README's "Register and rotate", command by command as printed. Only the ports are others.
const run = promisify(execFile)

/** The stand-in's last line about its deliveries: within a second, and in all. */
function lastTally({ stderr }: Program) {
  const lines = stderr.match(/^\d+ sent, \d+ acknowledged, \d+ refused \(in all: .*\)$/gm) ?? []
  const [sent = 0, acknowledged = 0, refused = 0, , , refusedInAll = 0] = (lines.at(-1)?.match(/\d+/g) ?? []).map(
    Number
  )
  return { lines: lines.length, sent, acknowledged, refused, refusedInAll }
}

test('registers, serves, rotates under load without a refusal, and enables what was disabled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'geb-register-'))
  const programs: Program[] = []
  onTestFinished(async () => {
    for (const program of programs) {
      program.kill('SIGKILL')
      await program.exit()
    }
    await rm(folder, { recursive: true })
  })
  for (const name of ['src', 'adapters', 'node_modules', 'package.json', 'test'])
    await symlink(join(root, name), join(folder, name))
  const [scripts, yaml] = [await codeBlocks('README.md', 'sh'), await codeBlocks('README.md', 'yaml')]
  const [port, admin] = [await freePort(), await freePort()]
  let standin = ''
  const elsewhere = (text: string) =>
    text.replaceAll('http://127.0.0.1:9465', standin).replaceAll('8081', String(port)).replaceAll('9466', String(admin))
  const blockWith = (blocks: readonly string[], line: RegExp) => {
    const found = blocks.filter(block => line.test(block))
    expect(found).toHaveLength(1)
    return elsewhere(found[0] ?? '')
  }
  const begin = (script: string) => {
    const program = start('sh', ['-e', '-c', script], { cwd: folder, env: { PORT: '0', BRIDGE_ADMIN_PORT: '0' } })
    programs.push(program)
    return program
  }

  const gemini = begin(blockWith(scripts, /^npm start -- --rate/m))
  standin = (await gemini.until(/GOOGLE_GEMINI_BASE_URL=(\S+)/))[1] ?? ''
  await writeFile(join(folder, 'registered.yaml'), blockWith(yaml, /signing-secret/))

  const [variables = '', create = '', serve = ''] = blockWith(scripts, /webhooks create --config/).split('\n')
  // PORT would win over the file's.
  const shell = (script: string) =>
    run('sh', ['-e', '-c', `${variables}\n${script}`], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] }
    })
  await shell(create)
  const secretFile = join(folder, 'signing-secret')
  const [first = ''] = (await readFile(secretFile, 'utf8')).split('\n')
  expect(first).toMatch(/^whsec_/)
  const startServing = () => begin(`unset PORT BRIDGE_ADMIN_PORT\n${serve.replace(/^npm/, 'exec npm')}`)
  const bridge = startServing()
  await bridge.until(/"message":"listening"/)
  const isCalm = () => lastTally(gemini).sent >= 15 && lastTally(gemini).refused === 0
  await until(isCalm)

  const before = lastTally(gemini)
  const rotate = blockWith(scripts, /webhooks rotate "\$ID"/)
    .split('\n')
    .slice(1)
    .join('\n')
  await shell(rotate)
  await until(() => lastTally(gemini).lines > before.lines + 3)
  expect(lastTally(gemini)).toMatchObject({ refused: 0, refusedInAll: before.refusedInAll })
  const secrets = (await readFile(secretFile, 'utf8')).trim().split('\n')
  expect(secrets).toEqual([expect.stringMatching(/^whsec_/), first])
  const { stdout: keys } = await shell(
    rotate
      .split('\n')
      .filter(line => /^(curl)/.test(line))
      .join('\n')
  )
  expect(keys.match(/scheme="static"/g)).toHaveLength(2)

  bridge.kill('SIGTERM')
  await bridge.exit()
  const [list = '', update = ''] = blockWith(scripts, /webhooks update "\$ID" --state enabled/).split('\n')
  const disabled = async () => (await shell(list)).stdout.includes('disabled_due_to_failed_deliveries')
  await until(disabled, 60_000)
  const warning = (await shell(list)).stderr
  const again = startServing()
  await again.until(/"message":"listening"/)
  const ID = `ID=${/^(\w+) +disabled_due/m.exec((await shell(list)).stdout)?.[1]}`
  expect(warning).toContain(update.replace('"$ID"', ID.slice('ID='.length)))
  await shell(`${ID}\n${update}`)
  const ended = lastTally(gemini).lines
  await until(() => lastTally(gemini).lines > ended + 1 && isCalm())
  expect(await readFile(join(folder, 'events.jsonl'), 'utf8')).toContain('com.google.gemini.batch.succeeded')
  again.kill('SIGTERM')
  gemini.kill('SIGTERM')
}, 120_000)
