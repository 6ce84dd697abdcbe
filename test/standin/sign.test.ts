import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import fc from 'fast-check'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'

const newSecret = () => `whsec_${randomBytes(24).toString('base64')}`
const body = fc.string({ unit: 'binary' })
const id = fc.stringMatching(/^[!-~]{1,256}$/)

describe('staticSigner', () => {
  it('signs what standardwebhooks verifies', () => {
    const secret = newSecret()
    const timestamp = Math.floor(Date.now() / 1000)
    fc.assert(
      fc.property(id, fc.json(), (id, body) => {
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': staticSigner(secret)({ id, body }, timestamp)
        }
        expect(new StandardWebhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
        expect(() => new StandardWebhook(newSecret()).verify(body, headers)).toThrow('No matching signature')
      })
    )
  })

  it('signs with each secret during a rotation', () => {
    const secrets = [newSecret(), newSecret()]
    const entries = staticSigner(...secrets)({ id: 'msg_1', body: '{}' }, 1).split(' ')
    expect(entries).toEqual(secrets.map(secret => staticSigner(secret)({ id: 'msg_1', body: '{}' }, 1)))
  })

  it('refuses a secret that is not base64', () => {
    expect(() => staticSigner('v1,whsec_AAAA')).toThrow()
  })
})

describe('dynamicSigner', () => {
  it('signs id.timestamp.body with Ed25519', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const publicKey = createPublicKey(privateKey)
    const other = generateKeyPairSync('ed25519').publicKey
    fc.assert(
      fc.property(id, body, fc.nat(), (id, body, timestamp) => {
        const [version, base64] = dynamicSigner(privateKey)({ id, body }, timestamp).split(',')
        const signature = Buffer.from(base64 ?? '', 'base64')
        const signed = Buffer.concat([Buffer.from(id), Buffer.from(`.${timestamp}.`), Buffer.from(body)])
        expect(version).toBe('v1a')
        expect(verify(null, signed, publicKey, signature)).toBe(true)
        expect(verify(null, signed, other, signature)).toBe(false)
      })
    )
  })

  it('gives one entry a key', () => {
    const keys = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey]
    expect(dynamicSigner(...keys)({ id: 'msg_1', body: '' }, 1)).toMatch(/^v1a,[^ ]{88} v1a,[^ ]{88}$/)
  })
})
