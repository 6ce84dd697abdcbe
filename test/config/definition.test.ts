import { expect, test } from 'vitest'
import { z } from 'zod'
import { adapters } from '../../adapters/index.ts'
import { definitionFaults } from '../../src/config/definition.ts'
import { faultsOf, folder, load, SECRET } from './folder.ts'

const GOOD = { name: 'own', options: z.strictObject({ topic: z.string() }), connect() {} }
const all = { record() {}, messaging() {}, inspect() {} }

test.each([
  GOOD,
  { ...GOOD, ...all },
  { ...GOOD, name: 'own-2', record: undefined, comment: 'anything' },
  { ...GOOD, options: GOOD.options.refine(() => true) }
])('%o is a definition', definition => {
  expect(definitionFaults(definition)).toEqual([])
})

test('so is every built-in one', async () => {
  for (const builtIn of Object.values(adapters)) expect(definitionFaults((await builtIn()).default)).toEqual([])
})

const NAME = 'its name must be lower case letters, digits and -, with a letter first'
const OPTIONS = 'its options must be a z.strictObject'

test.each([
  [{ name: undefined }, [NAME]],
  [{ name: 'Own' }, [NAME]],
  [{ name: '2' }, [NAME]],
  [{ name: 'own\n' }, [NAME]],
  [{ options: undefined }, [OPTIONS]],
  [{ options: null }, [OPTIONS]],
  [{ options: { topic: 'text' } }, [OPTIONS]],
  [{ options: z.string() }, [OPTIONS]],
  [{ options: z.object({}).transform(() => 1) }, [OPTIONS]],
  [{ connect: undefined }, ['its connect must be a function']],
  [{ connect: {} }, ['its connect must be a function']],
  [{ record: 'record' }, ['its record must be a function, or be left out']],
  [{ messaging: { system: 'own' } }, ['its messaging must be a function, or be left out']],
  [{ inspect: null }, ['its inspect must be a function, or be left out']],
  [
    { options: z.strictObject({ adapter: z.string(), topic: z.string(), fallback: z.string() }) },
    ['adapter', 'fallback'].map(
      key => `its option ${key} must have another name: that key of a destination is the bridge's own`
    )
  ],
  [
    { name: '', options: 1, connect: 1, record: 1 },
    [NAME, OPTIONS, 'its connect must be a function', expect.anything()]
  ]
])('%o instead is named, and all of it at once', (changes, faults) => {
  expect(definitionFaults({ ...GOOD, ...changes })).toEqual(faults)
})

test.each([undefined, null, 'kafka', () => GOOD])('%o is none', value => {
  expect(definitionFaults(value)).toEqual(['it must be { name, options, connect }, by defineAdapter'])
})

test('the faults have the place of the adapter that the configuration names', async () => {
  const file = await folder({ 'own.js': "export default { name: 'own', connect() {}, inspect: true }" })
  const config = `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations:
  a: { adapter: ${file}/own.js }
`
  expect(await faultsOf(load(config))).toEqual([
    `bridge.yaml:3:17: destinations.a.adapter: The default export of \`${file}/own.js\` is no adapter definition: ${OPTIONS}; its inspect must be a function, or be left out. Correct it.`
  ])
})
