import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { calculateJwkThumbprint, createLocalJWKSet } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeySetServer, serveKeySet } from '../../src/standin/key-set.ts'

let server: KeySetServer
beforeEach(async () => {
  server = await serveKeySet()
})
afterEach(() => server.close())

const load = async () => readKeys(await fetch(server.url))
const readKeys = async (response: Response) => (await response.json()) as { keys: (JsonWebKey & { kid: string })[] }

describe('serveKeySet', () => {
  it('serves the public halves of three keys, as jose reads them', async () => {
    const { keys } = await load()
    expect(keys).toHaveLength(3)
    expect(() => createLocalJWKSet({ keys })).not.toThrow()
    for (const [index, jwk] of keys.entries()) {
      expect(jwk).not.toHaveProperty('d')
      expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk))
      const key = createPublicKey(server.keys[index] ?? expect.fail())
      expect(createPublicKey({ key: jwk, format: 'jwk' }).equals(key)).toBe(true)
    }
    expect(server.requests).toBe(1)
  })

  it('rotates: a new key, and the oldest gone', async () => {
    const { keys: before } = await load()
    const key = server.rotate()
    const { keys: after } = await load()
    expect(after.slice(1)).toEqual(before.slice(0, -1))
    expect(server.keys[0]).toBe(key)
  })

  it('fails in the ways a verifier must bear', async () => {
    const answer = (mode: KeySetServer['mode']) => {
      server.mode = mode
      return fetch(server.url, { redirect: 'manual', signal: AbortSignal.timeout(500) })
    }
    expect((await answer('fail')).status).toBe(500)
    expect(await (await answer('empty')).json()).toEqual({ keys: [] })
    expect((await answer('redirect')).status).toBe(302)
    await expect((await answer('garbage')).json()).rejects.toThrow(SyntaxError)
    expect((await (await answer('huge')).arrayBuffer()).byteLength).toBeGreaterThan(16_000_000)
    await expect(answer('hang')).rejects.toThrow(/timeout/)
    expect((await readKeys(await answer('serve'))).keys).toHaveLength(3)
  })

  it('closes with a request still hanging', async () => {
    const closing = await serveKeySet(1)
    closing.mode = 'hang'
    const hanging = expect(fetch(closing.url)).rejects.toThrow('fetch failed')
    await expect.poll(() => closing.requests).toBe(1)
    await closing.close()
    await hanging
  })
})
