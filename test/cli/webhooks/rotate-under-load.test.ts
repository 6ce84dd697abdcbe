// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to files
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { sample } from '../../../src/standin/samples.ts'
import { fingerprint } from '../../../src/verify/fingerprint.ts'
import { until } from '../../ingress/harness.ts'
import { freePort, startBridgeProgram } from '../../spawn.ts'
import { configuration, openStandin } from './scene.ts'

/** Long enough for the bridge to notice that a file has changed, and for a test to wait until it is over. */
const OVERLAP_MS = 4000

test.each([
  ['one file', ['${file:a}']],
  ['two files', ['${file:a}', '${file:b}']]
])('registered, served, rotated under load: no refusal, during the overlap and after it (%s)', async (_, secrets) => {
  const scene = await openStandin({ overlap: OVERLAP_MS, signWith: 'both' })
  const url = `http://127.0.0.1:${await freePort()}`
  const listen = `listen: { host: 127.0.0.1, port: ${new URL(url).port} }\nadmin: { port: ${await freePort()} }\n`
  scene.write('bridge.yaml', `${configuration(...secrets).replace(/ {2}- path: .*\n.*NOT_SET_HERE.*\n/, '')}${listen}`)
  const id = (await scene.webhooks('create', '--config', 'bridge.yaml', '--url', url)).stdout.trim()
  if (secrets.length > 1) scene.write('b', scene.read('a'))
  const old = scene.read('a').trim()

  const bridge = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: scene.folder })
  onTestFinished(async () => {
    bridge.kill('SIGKILL')
    await bridge.exit()
  })
  await bridge.until(/listening/)
  const statuses: (number | string | undefined)[] = []
  const emit = async () => {
    const delivered = await scene.gemini.emit({
      id: `msg_${randomUUID()}`,
      body: JSON.stringify(sample('batch.succeeded'))
    })
    statuses.push(...delivered.map(({ attempt }) => attempt.status ?? attempt.code))
  }
  let loading = true
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (loading) await emit()
    })
  )
  await until(() => statuses.length > 20)

  const { code } = await scene.webhooks('rotate', id, '--config', 'bridge.yaml')
  expect(code).toBe(0)
  const secret = scene.read('a').split('\n')[0] ?? ''
  expect(secret).not.toBe(old)
  // Gemini signs with the new one alone once the old one is over.
  await until(async () => {
    const shown = JSON.parse((await scene.webhooks('get', id, '--json')).stdout)
    return shown.signing_secrets.length === 1
  }, 15_000)
  const before = statuses.length
  await until(() => statuses.length > before + 50)
  loading = false
  await load

  expect(new Set(statuses)).toEqual(new Set([204]))
  const metrics = await (await fetch(`${/"admin":"([^"]+)"/.exec(bridge.stderr)?.[1]}/metrics`)).text()
  for (const key of [old, secret]) expect(metrics).toMatch(new RegExp(`signatures_total.*key="${fingerprint(key)}"`))
})
