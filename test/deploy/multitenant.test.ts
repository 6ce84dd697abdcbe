import { expect, test } from 'vitest'
import { sample } from '../../src/standin/samples.ts'
import { wayOf } from './example.ts'

// What multitenant.yaml promises: no event of one tenant reaches another, whatever a request claims.

const FILE = 'multitenant.yaml'
const JOBS = '/webhooks/gemini/jobs'
const body = sample('batch.succeeded')

test.for([
  [['globex', 'initech']],
  [['globex']],
  [{ globex: true }],
  [{ tenant: 'globex' }],
  ['globex\n'],
  ['globex\u0000'],
  ['\u0085globex'],
  ['globex\ud800'],
  ['globex '],
  ['Globex'],
  ['globex,initech'],
  ['globex"}},{"to":["initech"]}'],
  ['__proto__'],
  [''],
  [null],
  [true],
  [5]
])('the tenant %j is nobody’s', async ([tenant]) => {
  expect(await wayOf(FILE, JOBS, { ...body, user_metadata: { tenant } })).toEqual(['unassigned'])
})

test.for([['globex'], [['globex']], [null], [5]])('nor is what stands in place of metadata, %j', async ([metadata]) => {
  expect(await wayOf(FILE, JOBS, { ...body, user_metadata: metadata })).toEqual(['unassigned'])
})

test('two claims are one event of one tenant', async () => {
  const data = { ...body.data, user_metadata: { tenant: 'initech' } }
  const both = { ...body, user_metadata: { tenant: 'globex' }, data }
  expect(await wayOf(FILE, JOBS, both)).toEqual(['initech'])
})
