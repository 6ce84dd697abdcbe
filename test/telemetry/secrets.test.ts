import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../config/folder.ts'
import { openKeySet } from '../ingress/key-set.ts'
import { exchange } from '../ingress/wire.ts'
import { type Program, startBridgeProgram } from '../spawn.ts'
import { body, sendEverything } from './every-request.ts'
import { BODY_WORD, configure, env, secrets } from './secret-bridge.ts'
import { formsOf, secretsIn } from './secret-forms.ts'

// The whole program with a secret in every place that takes one, among servers that repeat what they are told, while
// everything fails that can fail: of no secret, token, signature or body is a word in anything printed or answered.

async function finish(program: Program): Promise<string> {
  program.kill('SIGTERM')
  await program.exit()
  return `${program.stdout}\n${program.stderr}`
}

async function ended(directory: string, args: readonly string[]): Promise<string> {
  const program = startBridgeProgram(args, { cwd: directory, env })
  await program.exit()
  return `${program.stdout}\n${program.stderr}`
}

test('what is looked for would be found', () => {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of formsOf(secret)) {
      expect(form.length).toBeGreaterThan(20)
      expect(secretsIn(`a ${form.toUpperCase()} b`, secrets).join()).toContain(`${name}: `)
    }
    const basic = Buffer.from(`user:${secret}`).toString('base64')
    expect(secretsIn(`Basic ${basic}`, secrets).join()).toContain(`${name}: `)
  }
})

test.each(['bestEffort', 'required'] as const)(
  'serve, with destinations that fail and are %s',
  async delivery => {
    const directory = await folder()
    await using keySet = await openKeySet()
    await using servers = await configure(directory, keySet.url, delivery)
    const program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: directory, env })
    const url = (await program.until(/"url":"([^"]+)"/))[1] ?? ''
    const admin = (await program.until(/"admin":"([^"]+)"/))[1] ?? ''
    for (const name of ['refused', 'oauth', 'provider']) {
      await program.until(new RegExp(`"destination":"${name}".*cannot connect`))
    }
    const sent = await sendEverything(url, keySet.keys)
    keySet.mode = 'garbage'
    const more = await sendEverything(url, keySet.keys)
    const scraped = await Promise.all(
      ['/metrics', '/health/ready', '/health/live', `/${secrets.newToken}`, `/%zz${secrets.newToken}`].map(
        async target => JSON.stringify(await exchange(admin, { method: 'GET', target }))
      )
    )
    const printed = await finish(program)
    // All of it has happened: answers of every kind, failures of every destination, and what they were told.
    for (const code of ['ERR_HEADERS', 'ERR_SIGNATURE', 'ERR_TOKEN', 'ERR_NOT_FOUND', 'ERR_METHOD', 'ERR_SLOW']) {
      expect(sent.answered).toContain(code)
    }
    expect(sent.answered).toContain(delivery === 'required' ? 'ERR_DESTINATION' : '"status":204')
    for (const name of ['gone', 'refused', 'echo', 'tls', 'oauth', 'provider', 'bus', 'pubsub', 'hook'])
      expect(printed).toContain(`"${name}"`)
    expect(printed).toContain('Redis is unavailable')
    const told = secretsIn(servers.told, secrets).map(text => text.split(':')[0])
    const http = ['httpToken', 'httpKey']
    expect(told).toEqual(['kafkaPassword', 'clientSecret', 'bearer', 'redisPassword', 'awsToken', ...http])
    expect(scraped.join()).toContain('gemini_event_bridge_signatures_total')

    const everything = [printed, sent.answered, more.answered, ...scraped].join('\n')
    expect(secretsIn(everything, secrets)).toEqual([])
    expect(everything).not.toContain(BODY_WORD)
    const signatures = [...sent.signatures, ...more.signatures].filter(signature => everything.includes(signature))
    expect(signatures).toEqual([])
  },
  120_000
)

test('check, check --connect, check --event, redrive and send', async () => {
  const directory = await folder()
  await using keySet = await openKeySet()
  await using servers = await configure(directory, keySet.url, 'required')
  const event = { specversion: '1.0', id: 'a', source: 'urn:a', type: 'com.google.gemini.x', fallbackfor: 'bus' }
  await writeFile(join(directory, 'event.json'), body)
  await writeFile(
    join(directory, 'lines'),
    `${JSON.stringify(event)}\n${JSON.stringify({ ...event, fallbackfor: 'gone' })}\n`
  )
  const configured = ['--config', 'bridge.yaml']
  const url = `http://127.0.0.1:${servers.http}/jobs?token=${secrets.newToken}`
  const printed = [
    await ended(directory, ['check', ...configured]),
    await ended(directory, ['check', ...configured, '--connect']),
    await ended(directory, ['check', ...configured, '--event', 'event.json']),
    await ended(directory, ['redrive', 'lines', ...configured, '--wait', '1s']),
    await ended(directory, ['send', '--url', url, '--secret', secrets.newSecret]),
    await ended(directory, ['send', '--url', secrets.newToken, '--secret', secrets.newSecret.slice(0, -1)])
  ]
  // Each has done its work.
  for (const [index, sign] of ['/jobs', 'oauth', 'batches/1', 'unavailable', '401', 'http'].entries()) {
    expect(printed[index]).toContain(sign)
  }
  for (const text of printed) expect(secretsIn(text, secrets)).toEqual([])
}, 60_000)
