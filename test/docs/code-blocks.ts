import { readFile } from 'node:fs/promises'
import { root } from '../spawn.ts'

/** The contents of a Markdown file's fenced code blocks of one language, in order. */
export async function codeBlocks(file: string, language: string): Promise<string[]> {
  const text = await readFile(`${root}${file}`, 'utf8')
  return Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')), ([, block = '']) => block)
}
