import type { AdapterDefinition } from '../../adapter.ts'
import type { OptionTree } from './read-options.ts'

/** Those of the whole project (static), those of single requests (dynamic), or both. */
export type Webhooks = 'static' | 'dynamic' | 'both'

/** Where signing secret and callback token are kept: in files beside the configuration, or in environment variables. */
export type SecretsPlace = 'file' | 'env'

/** An adapter, as a destination names it. */
export interface ChosenAdapter {
  readonly name: string
  readonly definition: AdapterDefinition
}

/** What the configuration is made of. */
export interface Answers {
  readonly webhooks: Webhooks
  /** The Gemini project's id or number; empty: the events' source names none. */
  readonly project: string
  readonly adapter: ChosenAdapter
  /** The adapter's options, as they are written: with references. */
  readonly options: OptionTree
  readonly secrets: SecretsPlace
}

/** The answers that there are before anybody is asked. */
export type Given = Partial<Omit<Answers, 'options'>> & Pick<Answers, 'options'>

/** The answers, if there are all; nobody has to name a project. */
export function complete({ webhooks, project = '', adapter, options, secrets }: Given): Answers | undefined {
  if (webhooks === undefined || adapter === undefined || secrets === undefined) return undefined
  return { webhooks, project, adapter, options, secrets }
}

/** What is wrong with a project's name. Whatever passes is one segment of a URI, and no reference. */
export function projectFault(project: string): string | undefined {
  return /^[\w.:-]*$/.test(project) ? undefined : "must be a project's id or number, without anything around it"
}
