import { describe, expect, it } from 'vitest'
import { judge } from './answers.ts'
import type { Happened } from './play.ts'
import type { Answered } from './sender.ts'

const died: Happened = { kind: 'replica killed', victim: 'replica 1', begin: 1000, end: 2000 }
const hurt: Happened = { kind: 'redis frozen', victim: 'redis', begin: 1000, end: 2000 }

const answered = (status: number | undefined, code: string | undefined, begin = 0, latency = 10): Answered => ({
  status,
  code,
  begin,
  end: begin + latency,
  latency
})
const accepted = answered(204, undefined)

/** What is wrong with one webhook that got these answers in a chapter with these faults. */
function faultsOf(answers: readonly Answered[], faults: readonly Happened[] = [died]): readonly string[] {
  const sent = [{ id: 'msg', publishable: true, answers }]
  return judge({ chapters: [{ begin: 0, end: 9000, faults, sent }], forged: [] }, 5000).faults
}

describe('an answer', () => {
  it('is 204, or 503 before it', () => {
    expect(faultsOf([accepted])).toEqual([])
    expect(faultsOf([answered(503, 'ERR_DESTINATION'), answered(503, 'ERR_BUSY'), accepted])).toEqual([])
    for (const [status, code] of [
      [401, 'ERR_TIMESTAMP'],
      [422, 'ERR_EVENT'],
      [500, undefined],
      [503, 'ERR_KEYS']
    ] as const)
      expect(faultsOf([answered(status, code), accepted])).toHaveLength(1)
  })

  it('comes in the end', () => {
    expect(faultsOf([])).toEqual(['msg was never acknowledged'])
    expect(faultsOf([answered(503, 'ERR_DESTINATION')])).toEqual(['msg was never acknowledged'])
  })

  it('comes in time', () => {
    expect(faultsOf([answered(204, undefined, 0, 2999)], [hurt])).toEqual([])
    expect(faultsOf([answered(204, undefined, 0, 3001)], [hurt])).toHaveLength(1)
    // A replica that has just been started.
    expect(faultsOf([answered(204, undefined, 2100, 6999)], [died])).toEqual([])
    expect(faultsOf([answered(204, undefined, 2100, 7001)], [died])).toHaveLength(1)
    expect(faultsOf([answered(204, undefined, 7100, 3001)], [died])).toHaveLength(1)
  })

  it('is owed only by a replica that ends', () => {
    const none = (begin: number) => answered(undefined, 'ECONNRESET', begin, 100)
    expect(faultsOf([none(950), accepted])).toEqual([])
    expect(faultsOf([none(1950), accepted])).toEqual([])
    expect(faultsOf([none(850), accepted])).toHaveLength(1)
    expect(faultsOf([none(2050), accepted])).toHaveLength(1)
    expect(faultsOf([none(1500), accepted], [hurt])).toHaveLength(1)
  })

  it('is 204 at once while nothing is wrong', () => {
    const twice = [answered(503, 'ERR_DESTINATION'), accepted]
    expect(faultsOf(twice, [hurt])).toEqual([])
    expect(faultsOf(twice, [])).toHaveLength(1)
  })
})

describe('the answer to a forged webhook', () => {
  const faultsOfForged = (answer: Answered) =>
    judge({ chapters: [{ begin: 0, end: 9000, faults: [died], sent: [] }], forged: [answer] }, 5000).faults

  it('is 401, and never that of a webhook', () => {
    expect(faultsOfForged(answered(401, 'ERR_SIGNATURE'))).toEqual([])
    expect(faultsOfForged(answered(503, 'ERR_BUSY'))).toEqual([])
    expect(faultsOfForged(answered(204, undefined))).toHaveLength(1)
    expect(faultsOfForged(answered(503, 'ERR_DESTINATION'))).toHaveLength(1)
    expect(faultsOfForged(answered(401, 'ERR_TIMESTAMP'))).toHaveLength(1)
  })
})

it('counts webhooks that were acknowledged when they were too old', () => {
  const answers = [answered(503, 'ERR_DESTINATION'), answered(204, undefined, 6000)]
  const sent = [
    { id: 'old', publishable: true, answers },
    { id: 'new', publishable: true, answers: [accepted] }
  ]
  expect(judge({ chapters: [{ begin: 0, end: 9000, faults: [], sent }], forged: [] }, 5000).old).toBe(1)
})
