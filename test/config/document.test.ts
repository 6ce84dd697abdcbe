import { expect, test } from 'vitest'
import { faultsOf, load, MINIMAL, SECRET } from './folder.ts'

test.each([
  ['the same key twice', 'a: 1\na: 2', 'bridge.yaml:2:1: the same key twice in one mapping'],
  ['two documents', 'a: 1\n---\nb: 2', 'bridge.yaml:2:1: not valid YAML here: one document only, without a second ---'],
  ['a tab', 'a:\n\tb: 1', 'bridge.yaml:2:1: not valid YAML: Tabs are not allowed as indentation'],
  ['an open list', 'a: [1', /^bridge\.yaml:1:6: not valid YAML: Flow sequence/],
  ['an open quote', 'a: "b', /^bridge\.yaml:1:6: not valid YAML: Missing closing/],
  ['wrong indentation', 'a:\n  b: 1\n c: 2', /^bridge\.yaml:3:1: not valid YAML: All mapping items/],
  ['a tag', 'a: !secret b', /^bridge\.yaml:1:4: not valid YAML: Unresolved tag/],
  ['a key that is no text', '? [1]\n: 2', /^bridge\.yaml:1:3: not valid YAML: With stringKeys/],
  ['an alias without anchor', 'a: *b', 'bridge.yaml:1:4: not valid YAML: an alias without its anchor before it'],
  ['an alias inside its anchor', 'a: &a [*a]', 'bridge.yaml:1:8: not valid YAML: an alias inside its own anchor'],
  ['a bomb of aliases', bomb(), 'bridge.yaml:1:1: has too many aliases. Write out what they stand for'],
  ['deep nesting', '['.repeat(20_000), /^bridge\.yaml:1:\d+: nested too deeply/],
  ['__proto__', '__proto__: { listen: 1 }', 'bridge.yaml:1:1: unknown key']
])('%s is refused with its place', async (_, text, fault) => {
  expect((await faultsOf(load(text)))[0]).toMatch(fault)
})

test('bytes that are no UTF-8 are refused', async () => {
  expect(await faultsOf(load(Buffer.from([0x61, 0x3a, 0xff])))).toEqual(['bridge.yaml: is not UTF-8. Save it as UTF-8'])
})

test('a key that stands twice does not hide the other problems', async () => {
  expect(await faultsOf(load(`${MINIMAL}log: { level: loud }\nlog: { level: warn, formt: json }`))).toEqual([
    'bridge.yaml:8:1: the same key twice in one mapping',
    'bridge.yaml:8:21: log: unknown key "formt"; did you mean "format"?'
  ])
})

test('a %YAML directive changes nothing: off is text, and times and merges are not made', async () => {
  expect(await load(`%YAML 1.1\n---\n${MINIMAL}admin: off`)).toMatchObject({ admin: false })
  const faults = await faultsOf(load(`%YAML 1.1\n---\n${MINIMAL}listen: 2026-01-01\nlog: { <<: { level: warn } }`))
  expect(faults).toEqual([
    'bridge.yaml:9:9: listen: must be a mapping (keys and values)',
    'bridge.yaml:10:8: log: unknown key "<<"; known here: level, format'
  ])
})

test('aliases stand for what they name, and problems in it for where that stands', async () => {
  const text = `endpoints:
  - { path: /a, verify: &verify { static: { secrets: ["${SECRET}"] } } }
  - { path: /b, verify: *verify }
destinations: { console: { adapter: stdout } }`
  expect((await load(text)).endpoints[1]?.verify.static?.secrets).toEqual([SECRET])
  expect(await faultsOf(load(text.replace('secrets', 'secrts')))).toContain(
    'bridge.yaml:2:45: endpoints[1].verify.static: unknown key "secrts"; did you mean "secrets"?'
  )
})

test('a syntax error does not quote the file, which may hold secrets', async () => {
  const faults = await faultsOf(load(`secrets: [${SECRET}] ${SECRET}\n  ${SECRET}: !${SECRET} "\\${SECRET}`))
  expect(faults.join('\n')).not.toContain(SECRET.slice(6, 20))
})

function bomb(): string {
  const levels = [...'bcdefghi'].map((name, index) => {
    const previous = String.fromCharCode(name.charCodeAt(0) - 1)
    return `${index === 0 ? 'a: &a [x, x]\n' : ''}${name}: &${name} [${Array(9).fill(`*${previous}`).join(', ')}]`
  })
  return levels.join('\n')
}
