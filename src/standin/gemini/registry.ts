import { randomBytes } from 'node:crypto'
import { ApiError } from './api-error.ts'
import { newSecret, rotate, type SigningSecret, validAt } from './signing-secrets.ts'

export const states = ['enabled', 'disabled', 'disabled_due_to_failed_deliveries'] as const

/** What its owner decides. */
export interface Settings {
  readonly name?: string
  readonly uri: string
  /** Event types. */
  readonly subscribedEvents: readonly string[]
  readonly state: (typeof states)[number]
}

/** Where the webhooks of a project go: what Gemini's API calls a webhook. Times are in milliseconds since 1970. */
export interface Registration extends Settings {
  readonly id: string
  /** Its place in the list: higher than that of all that were there before it. */
  readonly place: number
  /** Those that are valid, newest first. */
  readonly secrets: readonly SigningSecret[]
  /** How many deliveries in a row have failed. */
  readonly failures: number
  readonly created: number
  readonly updated: number
}

export interface RegistryOptions {
  /** After so many failed deliveries in a row a registration is disabled; at least 1. Gemini's own number is not known. */
  readonly failuresUntilDisabled: number
  /** For how long the previous secrets stay valid after a rotation, in milliseconds. */
  readonly overlap: number
  readonly now: () => number
}

export type Registry = ReturnType<typeof createRegistry>

const MAX_REGISTRATIONS = 10_000

/** What is registered, in memory only. All that take an id throw `NOT_FOUND` if there is no such registration. */
export function createRegistry({ failuresUntilDisabled, overlap, now }: RegistryOptions) {
  const registrations = new Map<string, Registration>()
  let places = 0

  const get = (id: string): Registration => {
    const registration = registrations.get(id)
    if (registration === undefined) {
      throw new ApiError('NOT_FOUND', `Webhook ${JSON.stringify(id)} not found. List the webhooks to see their ids.`)
    }
    return { ...registration, secrets: validAt(now(), registration.secrets) }
  }
  const put = (registration: Registration): Registration => {
    registrations.set(registration.id, registration)
    return registration
  }

  return {
    get,

    /** @throws {ApiError} `RESOURCE_EXHAUSTED` */
    create(settings: Omit<Settings, 'state'>): Registration {
      if (registrations.size >= MAX_REGISTRATIONS) {
        throw new ApiError('RESOURCE_EXHAUSTED', 'There are too many webhooks. Delete some.')
      }
      places += 1
      const created = now()
      const id = randomBytes(8).toString('hex')
      const rest = { place: places, secrets: [newSecret()], failures: 0, created, updated: created }
      return put({ ...settings, ...rest, id, state: 'enabled' })
    },

    /** Those behind this place (0: all), oldest first, at most `size` of them. */
    list(place: number, size: number): { readonly page: readonly Registration[]; readonly more: boolean } {
      const behind = [...registrations.values()].filter(registration => registration.place > place)
      return { page: behind.slice(0, size).map(({ id }) => get(id)), more: behind.length > size }
    },

    /** Changes what is given. To enable a registration forgets its failures. */
    update(id: string, settings: Partial<Settings>): Registration {
      const forgotten = settings.state === 'enabled' ? { failures: 0 } : {}
      return put({ ...get(id), ...settings, ...forgotten, updated: now() })
    },

    delete(id: string): void {
      registrations.delete(get(id).id)
    },

    /** Makes a new secret the first one. The others go at once, or after the overlap. */
    rotateSecret(id: string, immediately: boolean): Registration {
      const { secrets, ...rest } = get(id)
      const rotated = rotate(secrets, immediately ? now() : now() + overlap)
      return put({ ...rest, secrets: validAt(now(), rotated), updated: now() })
    },

    /** The enabled ones that want this type. */
    subscribers(type: string): readonly Registration[] {
      const wants = ({ state, subscribedEvents }: Registration) =>
        state === 'enabled' && subscribedEvents.includes(type)
      return [...registrations.values()].filter(wants).map(({ id }) => get(id))
    },

    /** Notes what became of a delivery; of a registration that is gone or disabled by now, nothing. */
    noteDelivery(id: string, acknowledged: boolean): void {
      const registration = registrations.get(id)
      if (registration?.state !== 'enabled') return
      const failures = acknowledged ? 0 : registration.failures + 1
      if (failures < failuresUntilDisabled) put({ ...registration, failures })
      else put({ ...registration, failures, state: 'disabled_due_to_failed_deliveries', updated: now() })
    }
  }
}
