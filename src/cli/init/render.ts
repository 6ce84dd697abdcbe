import { Document, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Path } from '../../config/tree.ts'
import type { Answers } from './answers.ts'
import { commentsOn } from './comments.ts'
import { configurationOf } from './configuration.ts'
import { furtherKeys, otherOptions } from './further.ts'

/**
 * The configuration file for these answers: every key with what it means, and what else it could be. Whatever the answers
 * hold, they are values in it, and nothing else.
 * @param schema where an editor finds the JSON Schema, from the file's folder; undefined: nowhere
 */
export function renderConfiguration(answers: Answers, schema: string | undefined): string {
  const document = new Document(configurationOf(answers), { version: '1.2', schema: 'core' })
  const editor = schema === undefined ? [] : [`yaml-language-server: $schema=${schema}`]
  document.commentBefore = toComment([...editor, 'Made by `gemini-event-bridge init`, for you to change.'])
  const said = new Set<string>()
  for (const { path, lines } of commentsOn(answers)) {
    const node = nodeAt(document, path)
    const news = lines.filter(line => !said.has(line))
    // Two endpoints have the same keys: what they mean is said once.
    if (node !== undefined && news.length > 0) node.commentBefore = toComment(news)
    for (const line of news) said.add(line)
  }
  for (const path of [['endpoints', 1, 'path'], ['destinations']]) {
    const node = nodeAt(document, path)
    if (node !== undefined) node.spaceBefore = true
  }
  const destinations = document.get('destinations')
  if (isMap(destinations)) destinations.comment = toComment(['parking: { adapter: stdout } # a second destination'])
  const destination = document.getIn(['destinations', answers.adapter.definition.name])
  if (isMap(destination)) destination.comment = toComment(otherOptions(answers))
  document.comment = toComment(furtherKeys(answers))
  return document.toString({ lineWidth: 0, blockQuote: false })
}

/** What a comment on a key stands before: the key, or the list's item that it begins. */
function nodeAt(document: Document, path: Path) {
  const parent = document.getIn(path.slice(0, -1))
  if (!isMap(parent)) return undefined
  const index = parent.items.findIndex(({ key }) => isScalar(key) && key.value === path.at(-1))
  const list = document.getIn(path.slice(0, -2))
  const node = index === 0 && isSeq(list) ? parent : parent.items[index]?.key
  return isNode(node) ? node : undefined
}

function toComment(lines: readonly string[]): string {
  return lines.map(line => ` ${line}`).join('\n')
}
