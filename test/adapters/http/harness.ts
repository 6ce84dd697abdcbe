import type { Harness } from '../../../src/testing.ts'
import { openFaultProxy } from '../../brokers/proxy.ts'
import { connectHttp } from './connect.ts'
import { parse } from './parse.ts'
import { accept, openReceiver, type Received } from './receiver.ts'

const TOKEN = 'a-token-that-nobody-may-see'
const KEY = 'a-key-that-nobody-may-see'
const CODE = 'a-code-that-nobody-may-see'
const LIMIT = 1_000_000

/** The contract suite's view: a receiver of its own that checks who sends, behind a proxy. */
export async function openHttpHarness(contentMode: 'binary' | 'structured'): Promise<Harness> {
  const receiver = await openReceiver()
  const proxy = await openFaultProxy({ port: 0, target: receiver.port })
  const accepted: Received[] = []
  let refusing = false
  receiver.answer = (response, request) => {
    const status = refusing ? 503 : statusFor(request)
    if (status !== undefined) return void response.writeHead(status).end(`${status}`)
    accepted.push(request)
    accept(response, request)
  }
  const url = `http://127.0.0.1:${proxy.port}/events`
  const options = { url, query: `code=${CODE}`, token: TOKEN, headers: { 'X-Api-Key': KEY }, contentMode }
  return {
    connect: log => connectHttp(options, log),
    received: async () => accepted.map(parse),
    data: contentMode === 'binary' ? 'bytes' : 'json',
    break: {
      gone: proxy.refuse,
      hung: proxy.hold,
      refusing: async () => {
        refusing = true
      }
    },
    async restore() {
      refusing = false
      await proxy.pass()
    },
    missing: { connect: log => connectHttp({ ...options, url: `${url}/missing` }, log), names: `${url}/missing` },
    refused: { connect: log => connectHttp({ ...options, token: 'another' }, log), names: 'Check token' },
    oversize: LIMIT + 1,
    secrets: [TOKEN, KEY, CODE],
    deadline: 1500,
    async close() {
      await proxy.close()
      await receiver.close()
    }
  }
}

/** Why it is not accepted, if it is not. */
function statusFor({ method, target, headers, body }: Received): number | undefined {
  const { pathname, searchParams } = new URL(target, 'http://localhost')
  if (pathname !== '/events') return 404
  if (method !== 'POST') return 405
  const known = headers.authorization === `Bearer ${TOKEN}` && headers['x-api-key'] === KEY
  if (!known || searchParams.get('code') !== CODE) return 401
  return body.length > LIMIT ? 413 : undefined
}
