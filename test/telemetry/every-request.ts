import { type KeyObject, randomBytes } from 'node:crypto'
import { dynamicSigner, type Signer, staticSigner } from '../../src/standin/sign.ts'
import { nowInSeconds, webhookHeaders } from '../ingress/sign.ts'
import { exchange, type Header, wire } from '../ingress/wire.ts'
import { BODY_WORD, secrets } from './secret-bridge.ts'
import { percentEncoded } from './secret-forms.ts'

const { newSecret, oldSecret, newToken, oldToken, wrongToken } = secrets
/** A webhook's body. */
export const body = JSON.stringify({ type: 'batch.succeeded', data: { id: 'batches/1', prompt: BODY_WORD } })
const EVERYWHERE = [
  '/hooks',
  '/jobs',
  ...[newToken, oldToken, wrongToken].flatMap(token => [
    `/jobs?token=${token}`,
    `/jobs?token=${token}&token=${token}`,
    `/jobs?token=${percentEncoded(token)}`,
    `/jobs?Token=${token}`,
    `/jobs%3Ftoken=${token}`,
    `/jobs/${token}`,
    `/jobs/${percentEncoded(token)}?token=${token}`,
    `//${token}`,
    `/jobs;token=${token}`,
    `/%zz${token}`,
    `/jobs#token=${token}`,
    `http://user:${token}@a.test/jobs?token=${token}`,
    `/hooks?token=${token}`
  ])
]

/**
 * Sends every kind of request that can fail, and some that cannot, with tokens and secrets in every place.
 * @returns all that was answered, and all signatures
 */
export async function sendEverything(url: string, keys: readonly KeyObject[]) {
  const signatures: string[] = []
  let answered = ''
  const send = async (target: string, parts: Partial<Parameters<typeof exchange>[1]>) => {
    const reply = await exchange(url, { target, ...parts }).catch(error => error.message)
    answered += `${JSON.stringify(reply)}\n`
  }
  const signed = (signer: Signer, text: string, timestamp = nowInSeconds()): Header[] => {
    const id = `msg_${signatures.length}`
    const signature = signer({ id, body: text }, timestamp)
    signatures.push(...signature.split(/[ ,.]/).filter(part => part.length > 20))
    return webhookHeaders(id, String(timestamp), signature)
  }
  const base64url = (part: object | Buffer) =>
    (Buffer.isBuffer(part) ? part : Buffer.from(JSON.stringify(part))).toString('base64url')
  const jwt = () => [{ alg: 'RS256', kid: 'k' }, { aud: 'a', exp: 1 }, randomBytes(256)].map(base64url).join('.')
  const signers = [staticSigner(newSecret), staticSigner(oldSecret), dynamicSigner(...keys), jwt]
  for (const target of EVERYWHERE) {
    for (const signer of signers) await send(target, { headers: signed(signer, body), body })
    await send(target, { method: 'PUT', headers: signed(staticSigner(newSecret), body), body })
  }
  for (const target of ['/hooks', `/jobs?token=${newToken}`]) {
    for (const signer of signers.slice(1)) {
      await send(target, { headers: signed(signer, body), body: `${body} ` })
      await send(target, { headers: signed(signer, body, 1), body })
      for (const text of ['[]', `{"${BODY_WORD}`, `"${BODY_WORD}"`])
        await send(target, { headers: signed(signer, text), body: text })
      const large = JSON.stringify({ data: BODY_WORD.repeat(500) })
      await send(target, { headers: signed(signer, large), body: large })
      await send(target, { headers: [...signed(signer, body), ['content-length', '9999']], body })
      for (const name of ['content-encoding', 'expect', 'webhook-timestamp', 'transfer-encoding', 'x-header']) {
        for (const value of [newToken, newSecret])
          await send(target, { headers: [...signed(signer, body), [name, value]], body })
      }
    }
  }
  for (const bytes of [
    `GET /${newToken} HTTP/9\r\n\r\n`,
    `${newSecret}\r\n\r\n`,
    `POST /jobs?token=${newToken} HTTP/1.1\r\n`
  ]) {
    await using connection = await wire(url)
    connection.write(bytes)
    await connection.closed
    answered += connection.received
  }
  return { answered, signatures }
}
