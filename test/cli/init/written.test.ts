// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are the subject
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { adapters } from '../../../adapters/index.ts'
import { type Answers, projectFault } from '../../../src/cli/init/answers.ts'
import { configurationOf } from '../../../src/cli/init/configuration.ts'
import { essentials } from '../../../src/cli/init/essentials.ts'
import { optionProblems, unsetVariables } from '../../../src/cli/init/option-problems.ts'
import { readOptions, withSecretsReferred } from '../../../src/cli/init/read-options.ts'
import { renderConfiguration } from '../../../src/cli/init/render.ts'
import { resolveReferences } from '../../../src/config/references.ts'
import { shapeOf } from '../../../src/config/shape.ts'
import { folder, load, SECRET, TOKEN } from '../../config/folder.ts'
import anything from '../fixtures/anything.ts'

const ENV = {
  GEMINI_WEBHOOK_SECRET: SECRET,
  GEMINI_CALLBACK_TOKEN: TOKEN,
  ANYTHING_PASSWORD: 'hunter2',
  KAFKA_SASL_PASSWORD: 'hunter2',
  API_KEY: 'key',
  REDIS_URL: 'redis://127.0.0.1'
}

/** What YAML, the bridge's references, and careless writers stumble over. */
const HOSTILE = [
  ...[
    '',
    ' ',
    'no',
    'null',
    '~',
    'true',
    '0123',
    '1e3',
    '0x1f',
    '.inf',
    '2026-01-22',
    '<<',
    '=',
    '-',
    '- a',
    '?',
    '? a'
  ],
  ...[
    ':',
    'a: b',
    ': ',
    ' #',
    '# a',
    'a #b',
    '"',
    "'",
    "''",
    '"a": b',
    '{a: b}',
    '[a',
    ']',
    ',',
    '*a',
    '&a',
    '!!int 1'
  ],
  ...[
    '|',
    '>-',
    '%YAML 1.1',
    '@',
    '`',
    '---',
    '...',
    '--- a',
    '\\',
    '\\n',
    '$',
    '{',
    '}',
    '$${',
    '${',
    '${}',
    '${env:',
    '${x}'
  ],
  ...[
    '${env:UNSET}',
    '${env:UNSET:-}',
    '${file:/}',
    '\n',
    'a\nb: c',
    '\r',
    '\r\nendpoints: []',
    '\t',
    ' a ',
    '\u0000',
    '\u0085'
  ],
  ...[
    '\u2028',
    '\ufeff',
    '\u007f',
    'é',
    '日本',
    '🚀',
    '__proto__',
    'constructor',
    'deadLetter: x',
    '\n\n# routes: []\n'
  ]
]
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 4 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary' })
)
test('whatever the answers hold, the file says exactly that, and nothing else', async () => {
  const nested = fc.record({ text, list: fc.array(text) }, { requiredKeys: ['text'] })
  const options = fc.record(
    { text, list: fc.array(text), count: fc.integer(), flag: fc.boolean(), nested },
    { requiredKeys: ['text', 'list'] }
  )
  const answers: fc.Arbitrary<Answers> = fc.record({
    webhooks: fc.constantFrom('static', 'dynamic', 'both'),
    project: fc.oneof(text, fc.stringMatching(/^[\w.:-]*$/)).filter(project => projectFault(project) === undefined),
    adapter: fc.constant({ name: join(import.meta.dirname, '../fixtures/anything.ts'), definition: anything }),
    options: options.map(others => ({ ...others, password: '${env:ANYTHING_PASSWORD}' })),
    secrets: fc.constant('env')
  })
  const takesOptions = async ({ options }: Answers) =>
    (await optionProblems(anything, options, { env: ENV, directory: '/' })).length === 0
  let passed = 0
  await fc.assert(
    fc.asyncProperty(answers, fc.option(text, { nil: undefined }), async (answers, schema) => {
      const written = renderConfiguration(answers, schema)
      expect(parse(written)).toEqual(configurationOf(answers))
      if (!(await takesOptions(answers)) || unsetVariables(answers.options, ENV).length > 0) return
      passed += 1
      const { directory: _, ...config } = await load(written, ENV)
      const { directory: _other, ...plain } = await load(JSON.stringify(configurationOf(answers)), ENV)
      expect(config).toEqual(plain)
      const { tree } = await resolveReferences(answers.options, { env: ENV, directory: '/' })
      expect(config.destinations.map(({ name, options }) => ({ name, options }))).toEqual([
        { name: 'anything', options: tree }
      ])
    }),
    { numRuns: 500 }
  )
  expect(passed).toBeGreaterThan(100)
})

test('what a reference stands for is what the text around it says it is', async () => {
  const { options, problems } = readOptions(anything, [
    'text=a${env:ANYTHING_PASSWORD}b',
    'list=x, y',
    'list=z',
    'nested.text=a=b'
  ])
  expect(problems).toEqual([])
  expect(options).toEqual({ text: 'a${env:ANYTHING_PASSWORD}b', list: ['x', 'y', 'z'], nested: { text: 'a=b' } })
  expect(withSecretsReferred(anything, options)).toEqual({ ...options, password: '${env:ANYTHING_PASSWORD}' })
})

/** The file with every key uncommented. */
const uncommented = (text: string) => text.replace(/^( *)# ( *(?:[a-zA-Z]+:(?: |$)|- ))/gm, '$1$2')

test.each(Object.keys(adapters))('%s: what is commented out works as it stands', async name => {
  const { default: definition } = (await adapters[name]?.()) ?? {}
  if (definition === undefined) throw new Error('There is no such adapter.')
  const entries = essentials(definition).map(({ key, example }) => `${key}=${example}`)
  const { options, problems } = readOptions(definition, entries)
  expect(problems).toEqual([])
  const text = renderConfiguration(
    { webhooks: 'both', project: '', adapter: { name, definition }, options, secrets: 'env' },
    './x'
  )
  expect(Object.keys(await load(text, ENV))).not.toContain('routes')

  const file = join(await folder({ token: 'a-token' }), 'token')
  const config = await load(uncommented(text).replace('/run/secrets/token', file), ENV)
  expect(config.routes).toHaveLength(2)
  expect(config).toMatchObject({ deadLetter: 'parking', dedupe: { store: 'redis' }, admin: { host: '0.0.0.0' } })
  const [destination] = config.destinations
  expect(Object.keys(destination?.options ?? {}).sort()).toEqual(
    Object.keys(shapeOf(definition.options).properties ?? {}).sort()
  )
})
