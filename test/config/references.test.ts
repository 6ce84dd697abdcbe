// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are the subject
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { faultsOf, folder, load, MINIMAL, OTHER_SECRET, SECRET } from './folder.ts'

const withSource = (source: string) => MINIMAL.replace('path:', `source: ${JSON.stringify(source)}\n    path:`)

async function sourceOf(written: string, env: Record<string, string> = {}): Promise<unknown> {
  return (await load(withSource(written), env)).endpoints[0]?.source
}

test.each([
  ['${env:A}', 'urn:a'],
  ['urn:${env:B}:${env:B}', 'urn:b:b'],
  ['${env:NONE:-urn:default}', 'urn:default'],
  ['${env:A:-urn:default}', 'urn:a'],
  ['${env:EMPTY:-urn:default}', 'urn:default'],
  ['urn:x${env:NONE:-}', 'urn:x'],
  ['urn:$A', 'urn:$A']
])('%s is %s', async (written, expected) => {
  expect(await sourceOf(written, { A: 'urn:a', B: 'b', EMPTY: '' })).toBe(expected)
})

test('what a reference gives is not read for references again', async () => {
  const secret = 'urn:$' // a `$&` or `$1` in a value would be one to String.replace
  expect(await sourceOf('${env:A}', { A: `${secret}&$1` })).toBe('urn:$&$1')
})

test.each([
  ['${env:NONE}', 'the environment variable NONE is not set; set it, or write a default: ${env:NONE:-…}'],
  [
    '${env:EMPTY}',
    'the environment variable EMPTY is empty, which counts as not set; set it, or write a default: ${env:EMPTY:-…}'
  ],
  ['${GEMINI_SECRET}', 'write ${env:GEMINI_SECRET} for an environment variable'],
  ['urn:${env:A', 'has a reference without its closing brace. Write ${env:NAME}'],
  ['${env:NONE:-${env:A}}', 'has a reference inside a reference. Write them one after the other'],
  ['${}', 'only ${env:NAME}, ${env:NAME:-default} and ${file:/path} are references'],
  ['${vault:a b}', 'only ${env:NAME}, ${env:NAME:-default} and ${file:/path} are references'],
  ['${file:/absent/file}', 'the file /absent/file cannot be read (ENOENT). Put it there, readable for the bridge'],
  ['${file:.}', 'the file . is not a regular file. Write the value into one']
])('%s is refused once, where it stands', async (written, fault) => {
  expect(await faultsOf(load(withSource(written), { A: 'urn:a', EMPTY: '' }))).toEqual([
    `bridge.yaml:3:13: endpoints[0].source: ${fault}`
  ])
})

test('one text can have several faults', async () => {
  expect(await faultsOf(load(withSource('${env:ONE}${env:TWO}')))).toHaveLength(2)
})

test.each([
  ['', SECRET],
  ['a line break', `${SECRET}\n`],
  ['CR and LF', `${SECRET}\r\n`]
])('of a file, %s at its end is left out; its path is relative to the configuration', async (_, content) => {
  const text = MINIMAL.replace(`"${SECRET}"`, '"${file:secret}", "${file:./secrets/../other}"')
  const directory = await folder({ 'bridge.yaml': text, secret: content, other: OTHER_SECRET })
  const config = await loadConfig({ env: {}, directory: '/', file: join(directory, 'bridge.yaml') })
  expect(config.endpoints[0]?.verify.static?.secrets).toEqual([SECRET, OTHER_SECRET])
})

test('no more than one line break is left out, and an empty file is no value', async () => {
  const text = MINIMAL.replace(`"${SECRET}"`, '"${file:two}", "${file:none}"')
  const directory = await folder({ 'bridge.yaml': text, two: `${SECRET}\n\n`, none: '\n' })
  expect(await faultsOf(loadConfig({ env: {}, directory, file: 'bridge.yaml' }))).toEqual([
    expect.stringContaining('secrets[0]: The signing secret begins or ends with white space'),
    expect.stringContaining('secrets[1]: the file none is empty')
  ])
})

test('references stand for numbers, booleans, durations and sizes too', async () => {
  const env = { PORT_NUMBER: '1', YES: 'true', TIME: '2s', SIZE: '1KiB', OFF: 'off', COUNT: '12' }
  const config = await load(
    `listen: { port: "\${env:PORT_NUMBER}" }
admin: "\${env:OFF}"
endpoints: [{ path: /a, verify: { dynamic: { anyProject: "\${env:YES}" } }, tolerance: "\${env:TIME}" }]
destinations: { kept: { adapter: memory, capacity: "\${env:COUNT}" } }
limits: { body: "\${env:SIZE}", connections: "\${env:COUNT}\${env:COUNT}" }`,
    env
  )
  expect(config).toMatchObject({
    listen: { port: 1 },
    admin: false,
    endpoints: [{ verify: { dynamic: { anyProject: true } }, tolerance: { past: 2000, future: 2000 } }],
    destinations: [{ options: { capacity: 12 } }],
    limits: { body: 1024, connections: 1212 }
  })
})

test('a reference that leads nowhere causes no other problem, wherever it stands', async () => {
  const text = `listen: "\${env:A}"
endpoints:
  - { path: "\${env:B}", verify: "\${env:C}" }
  - { path: /b, verify: { static: "\${env:D}" } }
  - { path: /c, verify: { dynamic: { tokens: ["\${env:E}", "\${env:F}"] } } }
  - { path: /d, verify: { dynamic: { anyProject: "\${env:G}" } } }
  - { path: /e, verify: { static: { secrets: ["\${env:H}", "\${env:I}"] } } }
destinations: { a: { adapter: "\${env:J}" }, b: { adapter: memory, capacity: "\${env:K}" } }
limits: { drain: "\${env:L}" }`
  const faults = await faultsOf(load(text))
  expect(faults.map(fault => /variable (\w)/.exec(fault)?.[1])).toEqual([...'ABCDEFGHIJKL'])
})
