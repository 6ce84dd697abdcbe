// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and shell are the subject
import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { adapters } from '../../adapters/index.ts'
import { serveGemini } from '../../src/standin/gemini.ts'
import { folder, TOKEN } from '../config/folder.ts'
import { freePort, root, start } from '../spawn.ts'
import { init, run, STDOUT } from './init/run.ts'

/** What each built-in adapter cannot do without. */
const OPTIONS: Readonly<Record<string, string>> = {
  http: '--option url=https://events.example.com/gemini',
  kafka: '--option brokers=localhost:9092 --option topic=gemini-events',
  pubsub: '--option topic=projects/acme/topics/gemini-events'
}

test('the commands that it prints: check, serve, and send, which is acknowledged', async () => {
  const directory = await folder()
  const file = join(directory, 'bridge.yaml')
  const made = await run(['init', '--webhooks', 'both', '--out', file, ...STDOUT.split(' ')], root)
  expect(made).toMatchObject({ code: 0, stdout: '' })
  const [check = '', serve = '', send = ''] = made.stderr.match(/^ {2}npm run .*/gm) ?? []
  await appendFile(file, 'admin: off\n')

  const checked = start('sh', ['-c', check])
  expect(await checked.exit()).toBe(0)
  expect(checked.stdout).toContain('accepts dynamic webhooks')
  const port = await freePort()
  const served = start('sh', ['-c', `exec ${serve}`], { env: { PORT: String(port) } })
  await served.until(/"message":"listening"/)
  const sent = start('sh', ['-c', `${send} --url http://127.0.0.1:${port}/webhooks/gemini`])
  expect(await sent.exit()).toBe(0)
  expect(sent.stdout).toMatch(/^msg_\S+ 204 /)
  await served.until(/"type":"com.google.gemini.batch.succeeded"/)
  served.kill('SIGTERM')
  await served.exit()
})

test('webhooks create, as it is printed, puts the secret of Gemini first', async () => {
  const gemini = await serveGemini()
  const directory = await folder()
  try {
    const { stderr } = await run(
      ['init', '--webhooks', 'static', '--out', join(directory, 'b.yaml'), ...STDOUT.split(' ')],
      root
    )
    const [command = ''] = /^ {2}npm run .* webhooks create .*/m.exec(stderr) ?? []
    const secret = join(directory, 'gemini-secret')
    const own = await readFile(secret, 'utf8')
    const created = start('sh', ['-c', command], {
      env: { GOOGLE_GEMINI_BASE_URL: gemini.url, GEMINI_API_KEY: 'any-key' }
    })
    expect(await created.exit()).toBe(0)
    const [first, ...others] = (await readFile(secret, 'utf8')).split(/(?<=\n)/)
    expect(first).toMatch(/^whsec_/)
    expect(others).toEqual([own])
  } finally {
    await gemini.close()
  }
})

test.each(Object.keys(adapters))('%s: check passes', async adapter => {
  const directory = await folder()
  const flags = `--webhooks both --project acme-prod --adapter ${adapter} ${OPTIONS[adapter] ?? ''} --secrets file`
  expect(await init(flags, directory)).toMatchObject({ code: 0, stdout: '' })
  const { code, stdout } = await run(['check', '--config', 'bridge.yaml'], directory)
  expect(code).toBe(0)
  const shown = parse(stdout)
  expect(shown.endpoints.map(({ source }: { source: string }) => source)).toEqual(
    Array(2).fill('//generativelanguage.googleapis.com/projects/acme-prod')
  )
  expect(Object.keys(shown.destinations)).toEqual([adapter])
})

test('secrets in variables: it says which to set, and check passes once they are', async () => {
  const directory = await folder()
  const flags = '--webhooks both --adapter kafka --option brokers=${env:KAFKA_BROKERS} --option topic=t --secrets env'
  const made = await init(flags, directory)
  expect(made.code).toBe(0)
  expect(made.stderr.match(/(?<=export )\w+(?==)/g)).toEqual([
    'GEMINI_WEBHOOK_SECRET',
    'GEMINI_CALLBACK_TOKEN',
    'KAFKA_BROKERS',
    'GEMINI_API_KEY'
  ])
  expect(await readdir(directory)).toEqual(['bridge.yaml'])
  const check = ['check', '--config', 'bridge.yaml']
  const set = { GEMINI_CALLBACK_TOKEN: TOKEN, KAFKA_BROKERS: 'a:1,b:2' }
  expect((await run(check, directory, set)).stderr).toContain('GEMINI_WEBHOOK_SECRET is not set')
  // As it is printed, in a shell.
  const [secret = ''] = /"whsec_.*"/.exec(made.stderr) ?? []
  const { stdout } = await shell(`printf %s ${secret}`)
  const all = { ...set, GEMINI_WEBHOOK_SECRET: stdout }
  expect(await run(check, directory, all)).toMatchObject({ code: 0 })
  const again = await init(`${flags} --force`, directory, all)
  expect(again.stderr.match(/(?<=export )\w+(?==)/g)).toEqual(['GEMINI_API_KEY'])
})

test('without a terminal, it names every flag that is missing or wrong at once, and writes nothing', async () => {
  const directory = await folder()
  const places = async (args: string) => {
    const { code, stdout, stderr } = await init(args, directory)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    return stderr.match(/^--[^:]+(?=: )/gm)
  }
  expect(await places('--out x.yaml')).toEqual(['--webhooks', '--adapter', '--secrets'])
  expect(await places('--adapter kafka --project a/b')).toEqual([
    '--project',
    '--webhooks',
    '--option brokers',
    '--option topic',
    '--secrets'
  ])
  const given = '--webhooks static --secrets file'
  expect(await places(`${given} --adapter kafkaa`)).toEqual(['--adapter'])
  expect(await places(`${given} --option topic=t`)).toEqual(['--option', '--adapter'])
  expect(await places(`${given} --adapter stdout --option topic=t`)).toEqual(['--option topic'])
  expect(await places(`${given} --adapter pubsub --option topic`)).toEqual(['--option', '--option topic'])
  expect(await places(`${given} --adapter pubsub --option topic=t=\n --option projectId=a/b`)).toEqual([
    '--option topic',
    '--option projectId'
  ])
  const kafka = `${given} --adapter kafka --option brokers=a:1 --option topic=t`
  expect(await places(`${kafka} --option tls=true --option tls.ca=x`)).toEqual(['--option tls'])
  expect(await places(`${kafka} --option clientId=\${file:absent}`)).toEqual(['--option clientId'])
  expect(await places(`${kafka} --option sasl.password=hunter2`)).toEqual(['--option sasl.password'])
  expect((await init(`${kafka} --option sasl.password=hunter2`, directory)).stderr).not.toContain('hunter2')
  expect(await readdir(directory)).toEqual([])
})

test('an answer that is none of the choices is misuse', async () => {
  const { code, stderr } = await init('--webhooks all', await folder())
  expect(code).toBe(2)
  expect(stderr).toContain('Allowed choices are static, dynamic, both.')
})

async function shell(command: string) {
  const program = start('sh', ['-c', command])
  expect(await program.exit()).toBe(0)
  return program
}
