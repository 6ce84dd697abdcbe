import { expect } from 'vitest'
import { type Program, start } from '../../spawn.ts'
import { codeBlocks } from '../code-blocks.ts'

type Environment = Readonly<Record<string, string>>

/** How docs/events.md says that a consumer is started. */
async function documented(name: string): Promise<{ readonly command: string; readonly variables: readonly string[] }> {
  const command = `node docs/consumers/${name}.js`
  const block = (await codeBlocks('docs/events.md', 'sh')).find(block => block.includes(`${command}\n`)) ?? ''
  return { command, variables: Array.from(block.matchAll(/^export (\w+)=/gm), ([, variable = '']) => variable) }
}

/** Starts a consumer as docs/events.md says, with values of our own, and Node's version being ours. */
export async function startConsumer(name: string, env: Environment, preload?: URL): Promise<Program> {
  const { command, variables } = await documented(name)
  expect(variables.length).toBeGreaterThan(0)
  expect(Object.keys(env)).toEqual(expect.arrayContaining([...variables]))
  const node = [process.execPath, ...(preload ? ['--import', preload.href] : [])].join(' ')
  return start('sh', ['-c', `exec ${command.replace(/^node/, node)}`], { env })
}
