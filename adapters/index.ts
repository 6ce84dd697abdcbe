import type { AdapterDefinition } from '../src/adapter.ts'

/** The built-in adapters, each loaded only when a destination names it. The one place where the bridge knows them. */
export const adapters: Readonly<Record<string, () => Promise<{ default: AdapterDefinition }>>> = {
  eventbridge: () => import('./eventbridge.ts'),
  http: () => import('./http.ts'),
  kafka: () => import('./kafka.ts'),
  memory: () => import('./memory.ts'),
  pubsub: () => import('./pubsub.ts'),
  stdout: () => import('./stdout.ts')
}
