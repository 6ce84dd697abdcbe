import { execFile } from 'node:child_process'
import { readdir, rename, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Build, openBuild } from './built.ts'
import { cpuOf, firstAcknowledgement } from './first-acknowledgement.ts'
import { start } from './spawn.ts'

// How the built bridge starts: with nothing that it was not told to use, and in a multiple of the time that Node takes.

const run = promisify(execFile)
let build: Build
beforeAll(async () => {
  build = await openBuild({ cacheFor: ['4242'] })
}, 120_000)
afterAll(() => build?.remove())

/** What every start of `serve` loads. */
const ALWAYS = ['bridge.js', 'commands.js', 'core.js', 'main.js', 'main2.js', 'rolldown-runtime.js', 'serve.js']
const ENV = {
  BRIDGE_HOST: '127.0.0.1',
  BRIDGE_ADMIN_PORT: 'off',
  PORT: '0',
  GEMINI_WEBHOOK_SECRET: `whsec_${'A'.repeat(44)}`
}

/** Each file that is loaded until the bridge listens and has looked for its broker. */
async function loaded(env: NodeJS.ProcessEnv, pattern: RegExp): Promise<string[]> {
  const watch = join(build.dist, '../watch.mjs')
  await writeFile(
    watch,
    `import { registerHooks } from 'node:module'
const load = (url, context, next) => (process._rawDebug('loaded', url), next(url, context))
registerHooks({ load })
process.on('exit', () => process._rawDebug(process.moduleLoadList.join('\\n')))`
  )
  const program = start(process.execPath, ['--import', watch, join(build.dist, 'main.js'), 'serve'], {
    env: { ...ENV, ...env }
  })
  await program.until(pattern)
  program.kill('SIGTERM')
  await program.exit()
  // Node's fetch, which nobody has asked for.
  expect(program.stderr).toMatch(/^NativeModule http$/m)
  expect(program.stderr).not.toContain('NativeModule internal/deps/undici/undici')
  const urls = Array.from(program.stderr.matchAll(/^loaded (file:.*)$/gm), ([, url = '']) => url)
  expect(urls.filter(url => url.includes('/node_modules/'))).toEqual([])
  return urls
    .map(url => basename(url))
    .filter(name => name !== 'package.json')
    .sort()
}

test('only what is configured is loaded', async () => {
  expect(await loaded({ BRIDGE_ADAPTER: 'memory' }, /"connected"/)).toEqual([...ALWAYS, 'memory.js'].sort())
  const kafka = { BRIDGE_ADAPTER: 'kafka', KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'none' }
  expect(await loaded(kafka, /cannot connect/)).toEqual(
    [...ALWAYS, 'kafka.js', 'kafka2.js', 'kafkajs.js', 'kafkajs2.js', 'lane.js', 'sasl.js'].sort()
  )
})

test('compiled code beside it is taken, all of it, by any user; without it, none is looked for', async () => {
  const cache = join(build.dist, 'cache')
  const env = {
    NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
    BRIDGE_ADAPTER: 'kafka',
    KAFKA_BROKERS: '127.0.0.1:1',
    KAFKA_TOPIC: 'none'
  }
  const taken = async () => {
    const program = start(process.execPath, [join(build.dist, 'main.js'), 'serve'], { env: { ...ENV, ...env } })
    await program.until(/cannot connect/)
    program.kill('SIGTERM')
    expect(await program.exit()).toBe(0)
    return program.stdout + program.stderr
  }
  const said = await taken()
  expect(said.match(/was accepted/g)).toHaveLength(said.match(/reading cache from/g)?.length ?? 0)
  const files = (await readdir(cache, { recursive: true, withFileTypes: true })).filter(file => file.isFile())
  for (const { parentPath, name } of files) expect((await stat(join(parentPath, name))).mode & 0o777).toBe(0o644)
  const folders = await readdir(cache)
  expect(folders).toHaveLength(2)
  for (const folder of folders) expect(await readdir(join(cache, folder))).toContain(files[0]?.name)
  expect(folders.filter(folder => folder.endsWith('-4242'))).toHaveLength(1)
  await rename(cache, `${cache}-away`)
  expect(await taken()).not.toContain('compile cache')
  await rename(`${cache}-away`, cache)
})

// By the CPU's time, since others' work is in the clock's.
test.runIf(process.platform === 'linux')(
  'it takes its first webhook in a multiple of the time that Node needs',
  async () => {
    const bridge: number[] = []
    const node: number[] = []
    for (let turn = 0; turn < 11; turn += 1) {
      const env = { BRIDGE_ADAPTER: 'memory', BRIDGE_ADMIN_PORT: 'off' }
      const { cpu } = await firstAcknowledgement([join(build.dist, 'main.js'), 'serve'], env)
      bridge.push(cpu)
      const { stdout } = await run(process.execPath, ['-p', "fs.readFileSync('/proc/self/schedstat', 'utf8')"])
      node.push(cpuOf(stdout))
    }
    const ratio = median(bridge) / median(node)
    process.stdout.write(`start-up: ${ratio.toFixed(2)} times that of Node\n`)
    expect(ratio).toBeLessThan(7.5)
  },
  60_000
)

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
