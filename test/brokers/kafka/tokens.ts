/**
 * OAUTHBEARER tokens as an identity provider signs them. `makeTokenKey` writes the private key and the JWKS that the
 * broker validates with; `signToken` signs with that key, in any process.
 */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'

export const TOKEN_ISSUER = 'https://issuer.example'
export const TOKEN_AUDIENCE = 'kafka'
const ALGORITHM = 'ES256'
const KEY_ID = 'test'

/** Where the signing key and the JWKS lie. */
export interface TokenFiles {
  /** The private key, as a JWK. */
  readonly signingKey: string
  readonly jwks: string
}

export async function makeTokenKey(folder: string): Promise<TokenFiles> {
  const files = { signingKey: join(folder, 'token-key.json'), jwks: join(folder, 'jwks.json') }
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' }
  await writeFile(files.signingKey, JSON.stringify(await exportJWK(privateKey)))
  await writeFile(files.jwks, JSON.stringify({ keys: [jwk] }))
  return files
}

/** A token that the broker accepts for five minutes; `claims` overrides, say, `aud`, `iss` or `exp` (seconds). */
export async function signToken(signingKey: string, subject: string, claims: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iss: TOKEN_ISSUER, aud: TOKEN_AUDIENCE, sub: subject, iat: now, exp: now + 300, ...claims }
  const key = await importJWK(JSON.parse(readFileSync(signingKey, 'utf8')), ALGORITHM)
  return new SignJWT(payload).setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID }).sign(key)
}
