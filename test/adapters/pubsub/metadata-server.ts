import type { RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { serveKeys } from '../../verify/key-set-server.ts'

/** What Google's metadata server knows, under `/computeMetadata/v1`. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/instance': 'service-accounts/',
  '/instance/service-accounts/default/token': JSON.stringify({
    access_token: 'a-token-of-the-metadata-server',
    expires_in: 3600,
    token_type: 'Bearer'
  }),
  '/project/project-id': 'acme-metadata'
}

const answer: RequestListener = ({ url = '', headers }, response) => {
  const [path = ''] = url.replace('/computeMetadata/v1', '').split('?')
  const known = headers['metadata-flavor'] === 'Google' ? ANSWERS[path] : undefined
  response.writeHead(known === undefined ? 404 : 200, { 'metadata-flavor': 'Google' }).end(known)
}

/** A metadata server of a service account and a project, unless it answers otherwise. GCE_METADATA_HOST is its `host`. */
export async function startMetadata(answerOtherwise: RequestListener = answer) {
  const server = await serveKeys(answerOtherwise)
  onTestFinished(server.stop)
  return {
    host: new URL(server.url).host,
    get requests() {
      return server.requests
    },
    answer: server.answer,
    stop: server.stop,
    listen: server.listen
  }
}
