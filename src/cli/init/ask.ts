import { adapters } from '../../../adapters/index.ts'
import { loadAdapter } from '../../config/load-adapter.ts'
import { shapeOf } from '../../config/shape.ts'
import { type Answers, type ChosenAdapter, type Given, projectFault } from './answers.ts'
import { askOptions } from './ask-options.ts'
import type { Surroundings } from './option-problems.ts'
import { openPrompter, type Prompter, type Terminal } from './prompter.ts'

/**
 * Asks for what is not given, five questions at most, and asks again until each answer can be used.
 * @returns undefined when whoever was asked has had enough
 */
export async function ask(given: Given, surroundings: Surroundings, terminal: Terminal): Promise<Answers | undefined> {
  const prompter = await openPrompter(terminal)
  try {
    const webhooks = given.webhooks ?? (await askWebhooks(prompter))
    const project = given.project ?? (await askProject(prompter))
    const adapter = given.adapter ?? (await askAdapter(prompter, surroundings))
    const options = await askOptions(prompter, adapter, given.options, surroundings)
    const secrets = given.secrets ?? (await askSecrets(prompter, webhooks))
    return { webhooks, project, adapter, options, secrets }
  } catch (error) {
    if (prompter.isCancellation(error)) return undefined
    throw error
  }
}

function askWebhooks({ choose }: Prompter): Promise<Answers['webhooks']> {
  return choose('Which webhooks shall it take?', [
    { value: 'static', label: 'static', hint: 'registered once for the whole project, signed with a secret' },
    { value: 'dynamic', label: 'dynamic', hint: "named in single requests, signed with Google's keys" },
    { value: 'both', label: 'both' }
  ])
}

function askProject({ type }: Prompter): Promise<string> {
  return type("Which Gemini project are they of? It becomes part of the events' source; empty for none.", {
    placeholder: 'acme-prod',
    validate: projectFault
  })
}

/** Stands for an adapter that is not built in; no adapter has this name. */
const ANOTHER = ''

async function askAdapter({ choose, type }: Prompter, { directory }: Surroundings): Promise<ChosenAdapter> {
  const builtIn = await Promise.all(
    Object.entries(adapters).map(async ([name, load]) => {
      const { description: hint } = shapeOf((await load()).default.options)
      return { value: name, label: name, ...(hint !== undefined && { hint }) }
    })
  )
  const another = { value: ANOTHER, label: 'another', hint: 'a package, or a path from the configuration file' }
  const chosen = await choose('Which adapter shall publish the events?', [...builtIn, another])
  const name =
    chosen === ANOTHER
      ? await type('Which package or path?', {
          placeholder: './my-adapter.js',
          validate: text => loadAdapter(text, directory).then(() => undefined, faultOf)
        })
      : chosen
  return { name, definition: await loadAdapter(name, directory) }
}

function askSecrets({ choose }: Prompter, webhooks: Answers['webhooks']): Promise<Answers['secrets']> {
  const what = {
    static: 'the signing secret',
    dynamic: 'the callback token',
    both: 'signing secret and callback token'
  }
  return choose(`Where shall ${what[webhooks]} be kept?`, [
    { value: 'file', label: 'in a file', hint: 'beside the configuration; rotated without a restart' },
    { value: 'env', label: 'in an environment variable', hint: 'rotated by a restart' }
  ])
}

function faultOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
