/** Ports of 127.0.0.1 that no answer comes from, until the test's end. */
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { onTestFinished } from 'vitest'
import { start } from '../../spawn.ts'

type Clean = typeof onTestFinished

async function listen(server: Server, clean: Clean): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  clean(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** Does this with each connection on which something has come. */
export function openPort(act: (socket: Socket) => void, clean: Clean): Promise<number> {
  return listen(
    createServer(socket => socket.once('data', () => act(socket))),
    clean
  )
}

/** Begins to answer each request, and leaves the rest to `act`. */
export function openHalf(act: (response: ServerResponse) => void, clean: Clean): Promise<number> {
  const server = createHttpServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).flushHeaders()
      act(response)
    })
  })
  return listen(server, clean)
}

/** Speaks TLS, with a certificate that nobody vouches for. */
export function openTls(clean: Clean): Promise<number> {
  const fixture = (name: string) => readFileSync(new URL(`../kafka/fixtures/${name}`, import.meta.url))
  const key = createPrivateKey({ key: fixture('bridge.key'), passphrase: 'test-passphrase' })
  const pem = key.export({ type: 'pkcs8', format: 'pem' })
  return listen(
    createTlsServer({ cert: fixture('bridge.pem'), key: pem }).on('tlsClientError', () => {}),
    clean
  )
}

/** Nobody takes the connections that the system has accepted, so it accepts no more. */
export async function openFull(clean: Clean): Promise<number> {
  const program = start(process.execPath, ['-e', NEGLECTED])
  clean(() => program.kill('SIGKILL'))
  const port = Number((await program.until(/port=(\d+)\n/))[1])
  const sockets = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  clean(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.slice(0, 2).map(socket => once(socket, 'connect')))
  return port
}

const NEGLECTED = `
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'port=' + server.address().port + '\\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`
