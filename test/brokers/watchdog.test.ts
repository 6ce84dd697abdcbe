import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { start } from '../spawn.ts'

// A run that ties a process and a folder to its life. The process shows that it lives by a connection to us.
const RUN = `
  import { spawn } from 'node:child_process'
  import { dieWithUs, temporaryFolder } from ${JSON.stringify(new URL('watchdog.ts', import.meta.url).href)}
  const connect = "require('node:net').connect(Number(process.argv[1]), '127.0.0.1')"
  const child = spawn(process.execPath, ['-e', connect, process.argv[1]], { detached: true, stdio: 'inherit' })
  dieWithUs(child)
  console.log('pid=' + child.pid + ' folder=' + temporaryFolder('watch dog-').path)
`

async function startRun(): Promise<{ run: ReturnType<typeof start>; pid: number; folder: string; life: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = once(server, 'connection')
  const port = String((server.address() as AddressInfo).port)
  const run = start(process.execPath, ['--input-type=module', '-e', RUN, port])
  const [, pid = '', folder = ''] = await run.until(/pid=(\d+) folder=(.*)/)
  const [life]: Socket[] = await connected
  server.close()
  if (life === undefined) throw new Error('nobody has connected')
  life.on('error', () => {})
  return { run, pid: Number(pid), folder, life: life.resume() }
}

test.each(['runs', 'is stopped'])('a process that %s, and a folder, end with a run that is killed', async state => {
  const { run, pid, folder, life } = await startRun()
  if (state === 'is stopped') process.kill(pid, 'SIGSTOP')
  expect([life.closed, existsSync(folder)]).toEqual([false, true])
  // The run alone: what it has started is in a group of its own.
  run.kill('SIGKILL')
  await once(life, 'close')
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 10_000 })
})
