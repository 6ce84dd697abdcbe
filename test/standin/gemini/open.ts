import { onTestFinished } from 'vitest'
import { type GeminiOptions, type GeminiStandin, serveGemini } from '../../../src/standin/gemini.ts'

/** A registered webhook, as the API writes it. */
export interface Resource {
  readonly id: string
  readonly name?: string
  readonly uri: string
  readonly subscribed_events: readonly string[]
  readonly state: string
  readonly signing_secrets: readonly { readonly truncated_secret: string; readonly expire_time?: string }[]
  readonly new_signing_secret: string
  readonly create_time: string
  readonly update_time: string
}

/** What any answer may have in it; which of it is there, the tests say. */
export interface Answer extends Resource {
  readonly webhooks: readonly Resource[]
  readonly next_page_token: string
  readonly secret: string
  readonly error: { readonly code: number; readonly message: string; readonly status: string }
}

/** The stand-in and a plain client of its API; closed at the test's end. */
export async function openGemini(options?: GeminiOptions) {
  const gemini: GeminiStandin = await serveGemini(options)
  onTestFinished(() => gemini.close())
  const call = async (method: string, path = '', body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gemini.url}/v1beta/webhooks${path}`, {
      method,
      headers: {
        'x-goog-api-key': 'key',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  return {
    gemini,
    call,
    /** Registers an endpoint for `batch.succeeded`. */
    register: async (uri: string): Promise<Resource> =>
      (await call('POST', '', { uri, subscribed_events: ['batch.succeeded'] })).body,
    show: async (id: string): Promise<Resource> => (await call('GET', `/${id}`)).body
  }
}
