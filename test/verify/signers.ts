import { createHmac, generateKeyPairSync, type JsonWebKey, randomBytes, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Delivery } from '../../src/verify/verify.ts'

/** A point in time that all deliveries of a test share, in ms; not on a whole second. */
export const NOW = 1_769_083_200_250

export const never = new AbortController().signal

/** What is signed, built apart from the code under test. */
function signedBytes(id: string, timestamp: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(id), Buffer.from('.'), Buffer.from(timestamp), Buffer.from('.'), body])
}

/** A delivery that came at NOW, unsigned unless told otherwise. */
export function delivery(parts: Partial<Delivery> = {}): Delivery {
  return {
    id: 'msg_2f6c',
    timestamp: String(Math.floor(NOW / 1000)),
    signature: 'none',
    body: Buffer.from('{"type":"batch.succeeded","data":{"id":"batch_1"}}'),
    receivedAt: NOW,
    ...parts
  }
}

/** The delivery with one bit of a field flipped; `at` picks the bit, whatever its size. */
export function withFlippedBit(signed: Delivery, field: (typeof signedFields)[number], at: number): Delivery {
  const flipped = field === 'body' ? Buffer.from(signed.body) : Buffer.from(signed[field], 'latin1')
  const bit = at % (flipped.length * 8)
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  return { ...signed, [field]: field === 'body' ? flipped : flipped.toString('latin1') }
}

/** What a signature has to protect, and the signature. */
export const signedFields = ['id', 'timestamp', 'signature', 'body'] as const

export function randomSecret(bytes = 32): string {
  return `whsec_${randomBytes(bytes).toString('base64')}`
}

/** The delivery, signed with a secret. */
export function signStatic(secret: string, parts: Partial<Delivery> = {}): Delivery {
  const unsigned = delivery(parts)
  const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
  const { id, timestamp, body } = unsigned
  return { ...unsigned, signature: `v1,${hmac.update(signedBytes(id, timestamp, body)).digest('base64')}` }
}

/** An Ed25519 key pair that signs deliveries as Gemini does. */
export function createEd25519(kid = 'ed') {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid } as JsonWebKey,
    sign(parts: Partial<Delivery> = {}): Delivery {
      const unsigned = delivery(parts)
      const { id, timestamp, body } = unsigned
      const signature = sign(null, signedBytes(id, timestamp, body), privateKey)
      return { ...unsigned, signature: `v1a,${signature.toString('base64')}` }
    }
  }
}

/** An RSA key pair that signs JWTs. */
export function createRsa(kid = 'rsa', modulusLength = 2048) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid } as JsonWebKey,
    publicKey,
    token(claims: object, header: object = {}): Promise<string> {
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey)
    },
    /** What jose would not sign. */
    oddToken(header: object, claims: string): string {
      const input = [JSON.stringify({ alg: 'RS256', kid, ...header }), claims]
        .map(part => Buffer.from(part).toString('base64url'))
        .join('.')
      return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
    }
  }
}
