import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { folder } from '../../config/folder.ts'
import type { Program } from '../../spawn.ts'
import { hasTerminal, KEYS, onTerminal } from './terminal.ts'

const { down, up, enter, ctrlC, ctrlD, clearLine } = KEYS

/** Waits for each question, and types its answer. */
async function answer(program: Program, answers: readonly (readonly [question: RegExp, keys: string])[]) {
  for (const [question, keys] of answers) {
    await program.until(question)
    program.write(keys)
  }
}

describe.skipIf(!hasTerminal)('on a terminal', () => {
  test('it asks five questions, and writes what was answered', async () => {
    const directory = await folder()
    const program = onTerminal('bridge init', { cwd: directory })
    await answer(program, [
      [/Which webhooks/, down + down + enter],
      [/Which Gemini project/, `acme-prod${enter}`],
      [/Which adapter/, down + down + enter],
      [/Where to\? brokers and topic, with a space between/, `kafka-1:9092, kafka-2:9092  gemini-events${enter}`],
      [/signing secret and callback token be kept/, enter]
    ])
    expect(await program.exit()).toBe(0)
    expect(program.stdout).toContain('bridge.yaml is written.')
    expect(new Set(program.stdout.match(/W[^│]*?\?/g))).toHaveLength(5)
    expect((await readdir(directory)).sort()).toEqual(['bridge.yaml', 'gemini-secret', 'gemini-token'])
    expect(parse(await readFile(join(directory, 'bridge.yaml'), 'utf8'))).toEqual({
      endpoints: [
        {
          path: '/webhooks/gemini',
          source: '//generativelanguage.googleapis.com/projects/acme-prod',
          verify: { static: { secrets: [`\${file:./gemini-secret}`] } }
        },
        {
          path: '/webhooks/gemini/jobs',
          source: '//generativelanguage.googleapis.com/projects/acme-prod',
          verify: { dynamic: { tokens: [`\${file:./gemini-token}`] } }
        }
      ],
      destinations: {
        kafka: { adapter: 'kafka', brokers: ['kafka-1:9092', 'kafka-2:9092'], topic: 'gemini-events' }
      }
    })
  })

  test('an answer that cannot be used is asked for again', async () => {
    const directory = await folder()
    const program = onTerminal('bridge init --webhooks static --adapter kafka', { cwd: directory })
    await answer(program, [
      [/Which Gemini project/, `projects/acme${enter}`],
      [/without anything around it/, `${clearLine}acme${enter}`],
      [/Where to/, `localhost:9092${enter}`],
      [/must be brokers and topic/, `${clearLine}localhost gemini${enter}`],
      [/brokers: must be host:port/, `${clearLine}localhost:9092 gemini${enter}`],
      [/kept\?/, down + enter]
    ])
    expect(await program.exit()).toBe(0)
    expect(parse(await readFile(join(directory, 'bridge.yaml'), 'utf8'))).toMatchObject({
      endpoints: [{ source: '//generativelanguage.googleapis.com/projects/acme' }],
      destinations: { kafka: { brokers: ['localhost:9092'], topic: 'gemini' } }
    })
  })

  test('a project and a default may be left out, and an adapter of one’s own named', async () => {
    const directory = await folder()
    const source = `import { defineAdapter, z } from 'gemini-event-bridge/adapter'`
    const own = `export default { name: 'own', options: z.strictObject({ queue: z.string().default('all') }), connect() {} }`
    const link = join(import.meta.dirname, '../../../src/adapter.ts')
    await writeFile(join(directory, 'own.mjs'), `${source.replace('gemini-event-bridge/adapter', link)}\n${own}\n`)
    const program = onTerminal('bridge init --webhooks static --secrets env', { cwd: directory })
    await answer(program, [
      [/Which Gemini project/, enter],
      [/Which adapter/, up + enter],
      [/Which package or path/, `./other.mjs${enter}`],
      [/Cannot import/, `${clearLine}./own.mjs${enter}`],
      [/Where to\? queue, or nothing for its default/, enter]
    ])
    expect(await program.exit()).toBe(0)
    expect(parse(await readFile(join(directory, 'bridge.yaml'), 'utf8'))).toEqual({
      endpoints: [{ path: '/webhooks/gemini', verify: { static: { secrets: [`\${env:GEMINI_WEBHOOK_SECRET}`] } } }],
      destinations: { own: { adapter: './own.mjs' } }
    })
  })

  test.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D', ctrlD],
    ['Escape', KEYS.escape]
  ])('%s leaves nothing behind, and is no success', async (_, key) => {
    const directory = await folder()
    const program = onTerminal('bridge init', { cwd: directory })
    await answer(program, [
      [/Which webhooks/, enter],
      [/Which Gemini project/, key]
    ])
    expect(await program.exit()).toBe(1)
    expect(program.stdout).toContain('Nothing has been written.')
    expect(program.stdout).not.toMatch(/unsettled|failed in a way/)
    expect(await readdir(directory)).toEqual([])
  })

  test('questions are no data: standard output has the configuration alone', async () => {
    const directory = await folder()
    const program = onTerminal('bridge init --adapter stdout --secrets file --out - > written.yaml', { cwd: directory })
    await answer(program, [
      [/Which webhooks/, enter],
      [/Which Gemini project/, enter]
    ])
    expect(await program.exit()).toBe(0)
    expect(await readFile(join(directory, 'written.yaml'), 'utf8')).toMatch(/^# Made by /)
  })

  test('a file that is there is refused before anything is asked', async () => {
    const directory = await folder({ 'bridge.yaml': 'precious' })
    const program = onTerminal('bridge init', { cwd: directory })
    expect(await program.exit()).toBe(1)
    expect(program.stdout).toContain('bridge.yaml is there already')
    expect(program.stdout).not.toContain('Which')
  })
})
