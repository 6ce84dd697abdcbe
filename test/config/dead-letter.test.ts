import { expect, test } from 'vitest'
import { faultsIn, load, SECRET } from './folder.ts'

const withDetail = (detail: string) =>
  load(`
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations:
  erp: { adapter: eventbridge, bus: a, region: eu-central-1, detail: ${detail} }
  console: { adapter: stdout }
deadLetter: erp
`)

test('a destination that takes no dead letter cannot be it', async () => {
  expect(await faultsIn(withDetail('data'))).toEqual([
    expect.stringMatching(/deadLetter: cannot be erp, which takes no dead letter: .*Use detail: event/)
  ])
  await expect(withDetail('event')).resolves.toMatchObject({ deadLetter: 'erp' })
})
