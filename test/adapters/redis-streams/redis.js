import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command } from './command.js'

const PASSWORD = 'a-password-of-the-tests'

/** A Redis that has on disk what it has accepted, and that can be killed and frozen. */
export async function startRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'redis-streams-'))
  const port = await freePort()
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
  const strict = ['--requirepass', PASSWORD, '--proto-max-bulk-len', '1mb']
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...durable, ...strict]
  const ask = (...words) => command(port, PASSWORD, ...words)
  let server
  const start = async () => {
    server = spawn('redis-server', args, { stdio: 'ignore' })
    while (!(await ask('PING').catch(() => false))) await sleep(20)
  }
  const kill = async () => {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    address: `127.0.0.1:${port}`,
    password: PASSWORD,
    ask,
    start,
    kill,
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    async stop() {
      await kill()
      await rm(folder, { recursive: true })
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
