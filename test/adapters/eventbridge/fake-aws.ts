import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../brokers/watchdog.ts'

/** With what a request was signed. */
export interface Signature {
  readonly keyId: string | undefined
  readonly region: string | undefined
  readonly token?: string
}

/** Accepts every event, remembers who has sent it, and hands out credentials. */
export interface FakeAws {
  readonly endpoint: string
  readonly signatures: readonly Signature[]
  /**
   * What is given to whoever asks at `/credentials`, or at the token service; while there is none, nobody gets any, or
   * even an answer.
   */
  credentials: Credentials | 'no answer' | undefined
  /** How many have asked for credentials. */
  readonly asked: number
  /** The tokens that were exchanged for credentials. */
  readonly exchanged: readonly (string | null)[]
}

export interface Credentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  readonly Expiration: string
}

/** Lives until the test's end. */
export async function openFakeAws(): Promise<FakeAws> {
  const signatures: Signature[] = []
  const exchanged: (string | null)[] = []
  let asked = 0
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') {
      signatures.push(signatureOf(request.headers))
      const { length } = JSON.parse(body).Entries
      const Entries = Array.from({ length }, (_, index) => ({ EventId: `event-${index}` }))
      response.end(JSON.stringify({ FailedEntryCount: 0, Entries }))
      return
    }
    asked += 1
    if (aws.credentials === 'no answer') return
    if (aws.credentials === undefined) {
      response.writeHead(404).end()
    } else if (request.url === '/credentials') {
      response.end(JSON.stringify(aws.credentials))
    } else {
      exchanged.push(new URLSearchParams(body).get('WebIdentityToken'))
      response.end(assumed(aws.credentials))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const aws: FakeAws = {
    endpoint: `http://127.0.0.1:${port}`,
    signatures,
    exchanged,
    credentials: undefined,
    get asked() {
      return asked
    }
  }
  return aws
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signatureOf({ authorization = '', 'x-amz-security-token': token }: IncomingHttpHeaders): Signature {
  const [, keyId, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/events\//.exec(authorization) ?? []
  return { keyId, region, ...(typeof token === 'string' && { token }) }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function assumed({ Token, ...credentials }: Credentials): string {
  const members = Object.entries({ ...credentials, SessionToken: Token }).map(
    ([name, value]) => `<${name}>${value}</${name}>`
  )
  const result = `<AssumeRoleWithWebIdentityResult><Credentials>${members.join('')}</Credentials></AssumeRoleWithWebIdentityResult>`
  return `<AssumeRoleWithWebIdentityResponse>${result}</AssumeRoleWithWebIdentityResponse>`
}

/**
 * Leaves in the environment, until the test's end, nothing of AWS but this; the home folder is empty.
 * @returns the home folder
 */
export function stubEnvironment(env: Readonly<Record<string, string>>): string {
  const home = temporaryFolder('home-')
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await home.remove()
  })
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries({ HOME: home.path, AWS_EC2_METADATA_DISABLED: 'true', ...env })) {
    vi.stubEnv(name, value)
  }
  return home.path
}
