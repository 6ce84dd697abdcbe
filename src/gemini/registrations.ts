import { z } from 'zod'
import type { Access } from './access.ts'
import { ApiError } from './api-error.ts'
import { type RequestOptions, request } from './request.ts'
import {
  bareId,
  type CreatedWebhook,
  createdSchema,
  pageSchema,
  rotatedSchema,
  type Webhook,
  webhookSchema
} from './webhook.ts'

const COLLECTION = '/v1beta/webhooks'
/** Of at most 1,000. */
const PAGE_SIZE = 100
/** Beyond any project's; an end for a list that has none. */
const MAX_PAGES = 100

/** What the Gemini API calls the signing secrets of before a rotation: valid for another day, or not any more. */
export type Revocation = 'revoke_previous_secrets_after_h24' | 'revoke_previous_secrets_immediately'

/** What can be changed of a webhook. */
export interface Changes {
  readonly name?: string
  readonly uri?: string
  readonly subscribed_events?: readonly string[]
  readonly state?: 'enabled' | 'disabled'
}

/**
 * The static webhooks of a project, as they are registered at the Gemini API (beta). Nothing is tried again: `create` and
 * `rotate` twice are two. Ids are bare or `webhooks/ID`. Everything rejects with ApiError.
 * @see https://ai.google.dev/api/webhooks
 */
export interface Registrations {
  /** The answer alone ever shows the signing secret. */
  create(webhook: Required<Pick<Changes, 'uri' | 'subscribed_events'>> & Changes): Promise<CreatedWebhook>
  /** All of them, page after page. */
  list(): Promise<readonly Webhook[]>
  get(id: string): Promise<Webhook>
  /** Changes what is given, and nothing else. */
  update(id: string, changes: Changes): Promise<Webhook>
  delete(id: string): Promise<void>
  /** Has Gemini send a ping. Resolves before it has been sent. */
  ping(id: string): Promise<void>
  /** Makes a new signing secret, and returns it: nothing shows it again. */
  rotate(id: string, revocation: Revocation): Promise<string>
}

export function openRegistrations(access: Access, options: RequestOptions): Registrations {
  const about = (id: string, method = '') => ({
    path: `${COLLECTION}/${encodeURIComponent(bareId(id))}${method}`,
    id: bareId(id)
  })
  const readPage = (token: string) => {
    const query = new URLSearchParams({ page_size: String(PAGE_SIZE), ...(token !== '' && { page_token: token }) })
    return request({ method: 'GET', path: `${COLLECTION}?${query}`, answer: pageSchema }, access, options)
  }
  return {
    create: body => request({ method: 'POST', path: COLLECTION, body, answer: createdSchema }, access, options),
    async list() {
      const all: Webhook[] = []
      let token = ''
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const { webhooks = [], next_page_token: next = '' } = await readPage(token)
        all.push(...webhooks)
        if (next === '') return all
        token = next
      }
      throw new ApiError(`The list of webhooks has no end. Check GOOGLE_GEMINI_BASE_URL (${access.base}).`)
    },
    get: id => request({ method: 'GET', ...about(id), answer: webhookSchema }, access, options),
    update(id, changes) {
      const { path, id: bare } = about(id)
      const mask = new URLSearchParams({ update_mask: Object.keys(changes).join(',') })
      const patch = {
        method: 'PATCH',
        path: `${path}?${mask}`,
        id: bare,
        body: changes,
        answer: webhookSchema
      } as const
      return request(patch, access, options)
    },
    async delete(id) {
      await request({ method: 'DELETE', ...about(id), answer: z.looseObject({}) }, access, options)
    },
    async ping(id) {
      await request({ method: 'POST', ...about(id, ':ping'), answer: z.looseObject({}) }, access, options)
    },
    async rotate(id, revocation) {
      const body = { revocation_behavior: revocation }
      const path = about(id, ':rotateSigningSecret')
      return (await request({ method: 'POST', ...path, body, answer: rotatedSchema }, access, options)).secret
    }
  }
}
