import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { staticSigner } from '../src/standin/sign.ts'
import { dieWithUs } from './brokers/watchdog.ts'
import { freePort } from './spawn.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BODY = '{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"batches/1"}}'
const sign = staticSigner(SECRET)

/** What was seen of a start. */
export interface Start {
  /** From the start of the process to its first 204, in milliseconds. */
  readonly ms: number
  /** The CPU time of its main thread until then, in milliseconds: less than others' work, a noisy machine's. */
  readonly cpu: number
  /** What it has in memory when it has been idle, in MiB. */
  readonly rss: number
}

/**
 * Starts a server with these arguments to Node, sends it webhooks until one is acknowledged, and ends it. On Linux only.
 * @param idle milliseconds until its memory is looked at
 */
export async function firstAcknowledgement(args: readonly string[], env: NodeJS.ProcessEnv, idle = 0): Promise<Start> {
  const port = await freePort()
  const own = { PATH: process.env['PATH'], GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_HOST: '127.0.0.1', PORT: String(port) }
  const start = performance.now()
  const child = spawn(process.execPath, args, { env: { ...own, ...env }, stdio: 'ignore', detached: true })
  dieWithUs(child)
  const exited = once(child, 'exit')
  while ((await statusOf(port)) !== '204') {
    if (child.exitCode !== null)
      throw new Error(`${args.join(' ')} ended with ${child.exitCode} before it took a webhook`)
    await sleep(1)
  }
  const ms = performance.now() - start
  const cpu = cpuOf(await readFile(`/proc/${child.pid}/schedstat`, 'utf8'))
  await sleep(idle)
  const rss = await residentOf(child.pid)
  child.kill('SIGTERM')
  await exited
  return { ms, cpu, rss }
}

/** Sends one webhook over a connection of its own; the status of the answer, or nothing if there is none. */
async function statusOf(port: number): Promise<string> {
  const id = `msg_${performance.now()}`
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = {
    host: 'localhost',
    connection: 'close',
    'content-length': Buffer.byteLength(BODY),
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': sign({ id, body: BODY }, timestamp)
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  socket.on('error', () => {}).write(`POST /webhooks/gemini HTTP/1.1\r\n${lines.join('')}\r\n${BODY}`)
  const answered = Promise.withResolvers<string>()
  let answer = ''
  socket.on('data', text => (answer += text)).on('close', () => answered.resolve(answer.slice(9, 12)))
  return answered.promise
}

/** Milliseconds of CPU time, of what Linux says in a thread's `schedstat`. */
export function cpuOf(schedstat: string): number {
  return Number.parseInt(schedstat, 10) / 1e6
}

async function residentOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}
