import type { Answers, ChosenAdapter } from './answers.ts'
import { essentials } from './essentials.ts'
import { optionProblems, type Surroundings } from './option-problems.ts'
import type { Prompter } from './prompter.ts'
import { readOptions, withSecretsReferred } from './read-options.ts'

/** Asks for the options that are essential and not given, as one question: values with a space between them. */
export async function askOptions(
  { type }: Prompter,
  { definition }: ChosenAdapter,
  given: Answers['options'],
  surroundings: Surroundings
): Promise<Answers['options']> {
  const asked = essentials(definition).filter(({ key, isRequired }) =>
    isRequired ? !Object.hasOwn(given, key) : Object.keys(given).length === 0
  )
  if (asked.length === 0) return withSecretsReferred(definition, given)
  const mayBeEmpty = asked.every(({ isRequired }) => !isRequired)
  const names = asked.map(({ key }) => key).join(' and ')
  const what = mayBeEmpty
    ? `${names}, or nothing for its default`
    : `${names}${asked.length > 1 ? ', with a space between' : ''}`

  const read = (words: readonly string[]) => {
    const entries = words.map((word, index) => `${asked[index]?.key}=${word}`)
    const { options, problems } = readOptions(definition, entries)
    return { options: withSecretsReferred(definition, { ...given, ...options }), problems }
  }
  const faultOf = async (text: string) => {
    const words = wordsOf(text)
    if (words.length !== asked.length && !(mayBeEmpty && words.length === 0)) return `must be ${what}`
    const { options, problems } = read(words)
    const [problem] = [...problems, ...(await optionProblems(definition, options, surroundings))]
    return problem && `${problem.place.slice('--option '.length)}: ${problem.fault}`
  }
  const text = await type(`Where to? ${what}.`, {
    details: asked.map(({ key, description = '…' }) => `${key}: ${description}`),
    placeholder: asked.map(({ example = '…' }) => example).join(' '),
    validate: faultOf
  })
  return read(wordsOf(text)).options
}

/** The items of a list may stand with spaces after the commas. */
function wordsOf(text: string): string[] {
  return text
    .replace(/\s*,\s*/g, ',')
    .split(/\s+/)
    .filter(Boolean)
}
