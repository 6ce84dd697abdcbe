import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { providedTokens } from '../../../../adapters/kafka/token/provider.ts'
import { UnavailableError } from '../../../../src/adapter.ts'
import { folder } from '../../../config/folder.ts'

const never = new AbortController().signal

async function provided(module: string): Promise<unknown> {
  return providedTokens('./token.mjs', await folder({ 'token.mjs': module }))(never)
}

async function faultOf(token: Promise<unknown>): Promise<string> {
  const error = await token.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UnavailableError)
  return (error as UnavailableError).message
}

test.each([
  ['"a.b.c"', { value: 'a.b.c', expiresAt: undefined }],
  ['({ value: "a.b.c" })', { value: 'a.b.c', expiresAt: undefined }],
  ['({ value: "a.b.c", expiresAt: 1800000000000 })', { value: 'a.b.c', expiresAt: 1_800_000_000_000 }],
  ['Promise.resolve({ value: "a.b.c", expiresAt: 1800000000000 })', { value: 'a.b.c', expiresAt: 1_800_000_000_000 }]
])('a module may give %s', async (given, token) => {
  expect(await provided(`export default () => ${given}`)).toEqual(token)
})

test('it is asked for each token, and imported once', async () => {
  const directory = await folder({ 'token.mjs': "let count = 0; export default () => 'token-' + ++count" })
  const source = providedTokens('./token.mjs', directory)
  expect([await source(never), await source(never)]).toMatchObject([{ value: 'token-1' }, { value: 'token-2' }])
})

test.each([
  ['own-tokens', { exports: { import: './index.js', require: './absent.cjs' } }],
  ['@acme/tokens', { main: 'index.js' }]
])('the package %s is looked for where the configuration file is', async (name, manifest) => {
  const directory = await folder()
  const home = join(directory, 'node_modules', name)
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'package.json'), JSON.stringify({ name, type: 'module', ...manifest }))
  await writeFile(join(home, 'index.js'), 'export default () => "a.b.c"')
  expect(await providedTokens(name, directory)(never)).toMatchObject({ value: 'a.b.c' })
})

test.each([
  ['./absent.mjs', /^Kafka's sasl\.provider \("\.\/absent\.mjs"\) cannot be imported \(Cannot find module .+ start/],
  ['absent-tokens', /^Kafka's sasl\.provider \("absent-tokens"\) cannot be imported \(Cannot find package/]
])('%s is not there, and that is said', async (provider, fault) => {
  expect(await faultOf(providedTokens(provider, await folder())(never))).toMatch(fault)
})

const GAVE = 'Kafka\'s sasl.provider ("./token.mjs")'

test.each([
  [
    'throw new Error("no metadata server")',
    'cannot be imported (no metadata server). Mend it, and start the bridge again.'
  ],
  ['export const token = () => "a"', 'has no function as its default export. Export one that gives a token.'],
  ['export default "a.b.c"', 'has no function as its default export. Export one that gives a token.'],
  ['export default () => { throw new Error("expired\\nat line 1") }', 'failed (expired). Mend what it names.'],
  ['export default () => Promise.reject("expired")', 'failed (expired). Mend what it names.'],
  ['export default () => {}', 'gave no bearer token (RFC 6750). Let it give one, or { value, expiresAt }.'],
  ['export default () => null', 'gave no bearer token (RFC 6750). Let it give one, or { value, expiresAt }.'],
  [
    'export default () => ({ token: "a" })',
    'gave no bearer token (RFC 6750). Let it give one, or { value, expiresAt }.'
  ],
  ['export default () => "a\\u0001b=c"', 'gave no bearer token (RFC 6750). Let it give one, or { value, expiresAt }.'],
  [
    'export default () => ({ value: "a", expiresAt: new Date() })',
    'gave an expiresAt that is no number. Give milliseconds since 1970.'
  ],
  [
    'export default () => ({ value: "a", expiresAt: NaN })',
    'gave an expiresAt that is no number. Give milliseconds since 1970.'
  ]
])('a module with %s is of no use, and that is said', async (module, fault) => {
  expect(await faultOf(provided(module))).toBe(`${GAVE} ${fault}`)
})

test('what was not there is looked for again', async () => {
  const directory = await folder()
  const source = providedTokens('./token.mjs', directory)
  await faultOf(source(never))
  await writeFile(join(directory, 'token.mjs'), 'export default () => "a.b.c"')
  expect(await source(never)).toMatchObject({ value: 'a.b.c' })
})

test('a module that never answers is given up when the signal says so', async () => {
  const directory = await folder({ 'token.mjs': 'export default () => new Promise(() => {})' })
  const controller = new AbortController()
  const token = providedTokens('./token.mjs', directory)(controller.signal)
  controller.abort()
  expect(await faultOf(token)).toBe(`${GAVE} gave no token in time. See what it waits for.`)
})
