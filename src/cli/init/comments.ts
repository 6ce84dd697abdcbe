// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what it shows
import { adapters } from '../../../adapters/index.ts'
import { configSchema } from '../../config/schema.ts'
import { type JsonSchema, schemasAt, shapeOf } from '../../config/shape.ts'
import { isMapping, type Path } from '../../config/tree.ts'
import type { Answers } from './answers.ts'
import { configurationOf } from './configuration.ts'

/** What stands before a key. */
export interface Comment {
  readonly path: Path
  readonly lines: readonly string[]
}

const ROTATION = {
  file: 'The file is read again when it changes, without a restart.',
  env: 'A change needs a restart. From a file, by ${file:…}, it does not.'
}

/** What every key means, in its schema's words, and what else it could be. */
export function commentsOn(answers: Answers): Comment[] {
  const { adapter, options, project, secrets } = answers
  const { destinations: _written, ...own } = configurationOf(answers)
  const destination = ['destinations', adapter.definition.name]
  const whole = shapeOf(configSchema)
  const more: Readonly<Record<string, readonly string[]>> = {
    source: ['Any URI will do. Consumers know an event by it and its id.'],
    secrets: [ROTATION[secrets]],
    tokens: [ROTATION[secrets]],
    ...(project === '' && {
      path: ['Its events are from //generativelanguage.googleapis.com; with a key "source", from another URI.']
    }),
    adapter: [`Built in: ${Object.keys(adapters).join(', ')}.`]
  }
  const ofTheBridge = [...keysOf(own), ['destinations'], [...destination, 'adapter']].map(path => ({
    path,
    lines: [...wordsFor(whole, path), ...(more[String(path.at(-1))] ?? [])]
  }))
  const ofTheAdapter = keysOf(options).map(path => ({
    path: [...destination, ...path],
    lines: wordsFor(shapeOf(adapter.definition.options), path)
  }))
  return [...ofTheBridge, ...ofTheAdapter].filter(({ lines }) => lines.length > 0)
}

/** The paths of all keys, each before those within its value. */
function keysOf(tree: unknown, path: Path = []): Path[] {
  if (Array.isArray(tree)) return tree.flatMap((item, index) => keysOf(item, [...path, index]))
  if (!isMapping(tree)) return []
  return Object.entries(tree).flatMap(([key, value]) => [[...path, key], ...keysOf(value, [...path, key])])
}

function wordsFor(shape: JsonSchema, path: Path): string[] {
  return schemasAt(shape, path)
    .flatMap(({ description = [] }) => description)
    .slice(0, 1)
}
