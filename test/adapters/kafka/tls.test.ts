import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ConnectionOptions, connect, createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { readTls } from '../../../adapters/kafka/tls.ts'
import { UnavailableError } from '../../../src/adapter.ts'
import { folder } from '../../config/folder.ts'

/** A certificate for localhost that vouches for itself, until 2120, and its key. */
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const certificate = await readFile(join(fixtures, 'bridge.pem'), 'utf8')
const encryptedKey = await readFile(join(fixtures, 'bridge.key'), 'utf8')
const PASSPHRASE = 'test-passphrase'
const key = createPrivateKey({ key: encryptedKey, passphrase: PASSPHRASE }).export({ type: 'pkcs8', format: 'pem' })

test('false is no TLS, true is TLS with what Node trusts', async () => {
  expect(await readTls(false, '/')).toBeUndefined()
  expect(await readTls(true, '/')).toEqual({})
  expect(await readTls({}, '/')).toEqual({})
})

test('only what is configured is set: kafkajs takes even an undefined servername for one', async () => {
  expect(Object.keys((await readTls({ ca: 'bridge.pem' }, fixtures)) ?? {})).toEqual(['ca'])
})

test('paths start from the folder of the configuration file', async () => {
  const directory = await folder({ 'ca.pem': certificate })
  expect(await readTls({ ca: './ca.pem' }, directory)).toEqual({ ca: certificate })
  expect(await readTls({ ca: join(directory, 'ca.pem') }, '/elsewhere')).toEqual({ ca: certificate })
})

test('files are read anew each time', async () => {
  const directory = await folder({ 'ca.pem': certificate })
  await readTls({ ca: 'ca.pem' }, directory)
  await writeFile(join(directory, 'ca.pem'), `# renewed\n${certificate}`)
  expect(await readTls({ ca: 'ca.pem' }, directory)).toEqual({ ca: `# renewed\n${certificate}` })
})

/** Connects to a broker of that certificate, which asks for one in turn; gives what it thinks of the bridge's. */
async function handshake(options: ConnectionOptions | undefined): Promise<boolean> {
  const server = createServer({ cert: certificate, key, ca: certificate, requestCert: true, rejectUnauthorized: false })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const authorized = once(server, 'secureConnection').then(([socket]) => {
    socket.end()
    return socket.authorized
  })
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return authorized
}

test('a broker is verified, by the ca that is configured', async () => {
  expect(await handshake(await readTls({ ca: 'bridge.pem' }, fixtures))).toBe(false)
  await expect(handshake(await readTls(true, fixtures))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('its certificate must have the servername', async () => {
  expect(await handshake(await readTls({ ca: 'bridge.pem', servername: 'localhost' }, fixtures))).toBe(false)
  await expect(
    handshake(await readTls({ ca: 'bridge.pem', servername: 'kafka.example.com' }, fixtures))
  ).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('the bridge shows its own certificate, with an encrypted key or a plain one', async () => {
  const directory = await folder({ 'bridge.pem': certificate, 'bridge.key': encryptedKey, 'plain.key': key })
  const own = { ca: 'bridge.pem', cert: 'bridge.pem' }
  expect(await handshake(await readTls({ ...own, key: 'bridge.key', passphrase: PASSPHRASE }, directory))).toBe(true)
  expect(await handshake(await readTls({ ...own, key: 'plain.key' }, directory))).toBe(true)
})

const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })

test.each([
  [{ ca: 'absent.pem' }, /^Kafka's tls\.ca \("absent\.pem"\) cannot be read \(ENOENT\)\. Put the file there/],
  [{ ca: '.' }, /^Kafka's tls\.ca \("\."\) cannot be read \(EISDIR\)/],
  [{ ca: 'empty.pem' }, /^Kafka's tls\.ca \("empty\.pem"\) is of no use \(.+\)\. It must hold certificates/],
  [{ ca: 'bridge.key' }, /^Kafka's tls\.ca \("bridge\.key"\) is of no use \(.+\)\. It must hold certificates/],
  [{ cert: 'bridge.key', key: 'bridge.key' }, /^Kafka's tls\.cert \("bridge\.key"\) is of no use/],
  [{ cert: 'bridge.pem', key: 'bridge.pem' }, /^Kafka's tls\.key \("bridge\.pem"\) is of no use .+ private key/],
  [{ cert: 'bridge.pem', key: 'bridge.key' }, /^Kafka's tls\.key \("bridge\.key"\) is of no use .+ tls\.passphrase/],
  [{ cert: 'bridge.pem', key: 'bridge.key', passphrase: 'hunter22' }, /\(ERR_OSSL_BAD_DECRYPT\).+ tls\.passphrase/],
  [{ cert: 'bridge.pem', key: 'other.key' }, /^Kafka's tls\.key \("other\.key"\) is not the key of tls\.cert/]
])('%j is unavailable, and says what to mend', async (tls, message) => {
  const directory = await folder({
    'empty.pem': '',
    'bridge.pem': certificate,
    'bridge.key': encryptedKey,
    'other.key': otherKey
  })
  const error = await readTls(tls, directory).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UnavailableError)
  expect(error).toMatchObject({ message: expect.stringMatching(message) })
  expect(String(error)).not.toContain('hunter22')
})
