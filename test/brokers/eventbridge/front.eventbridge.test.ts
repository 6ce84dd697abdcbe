import { expect, onTestFinished } from 'vitest'
import { type Front, openFront } from './front.ts'
import { publish } from './publish.ts'
import { it as base, type TestBus } from './shared.ts'

const it = base.extend('front', async ({ eventbridge }, { onCleanup }) => {
  const front = await openFront(eventbridge.endpoint)
  onCleanup(() => front.close())
  return front
})

const entriesFor = (bus: TestBus, ...types: string[]) =>
  types.map(DetailType => ({ EventBusName: bus.name, Source: 'here', DetailType, Detail: '{}' }))

const typesIn = async (bus: TestBus): Promise<string[]> =>
  (await bus.received()).map(received => received['detail-type']).sort()

it('passes what it is not told to keep, and remembers it', async ({ front, bus }) => {
  const [first = [], second = []] = [entriesFor(bus, 'a', 'b'), entriesFor(bus, 'c')]
  expect(await publish(front.endpoint, first)).toMatchObject({ FailedEntryCount: 0 })
  await publish(front.endpoint, second)
  expect(front.requests).toEqual([first, second])
  expect(await typesIn(bus)).toEqual(['a', 'b', 'c'])
})

it.for([
  [400, 'ThrottlingException'],
  [400, 'AccessDeniedException'],
  [403, 'ExpiredTokenException'],
  [500, 'InternalException']
] as const)('answers %i %s, so many times', async ([status, type], { front, bus }) => {
  front.answer({ status, type }, 2)
  for (const DetailType of ['a', 'b'])
    await expect(publish(front.endpoint, entriesFor(bus, DetailType))).rejects.toMatchObject({
      name: type,
      $metadata: { httpStatusCode: status }
    })
  await publish(front.endpoint, entriesFor(bus, 'c'))
  expect(front.requests).toHaveLength(3)
  expect(await typesIn(bus)).toEqual(['c'])
})

it('answers what is no error of AWS', async ({ front, bus }) => {
  front.answer({ status: 413, body: '' })
  const answer = publish(front.endpoint, entriesFor(bus, 'a'))
  await expect(answer).rejects.toMatchObject({ name: 'Unknown', $metadata: { httpStatusCode: 413 } })
  front.pass()
  await publish(front.endpoint, entriesFor(bus, 'b'))
  expect(await typesIn(bus)).toEqual(['b'])
})

it('fails some entries, and those that the server itself fails', async ({ front, bus }) => {
  front.failEntries(({ DetailType }) => DetailType === 'bad', 'InternalFailure')
  const entries = entriesFor(bus, 'a', 'bad', 'malformed', 'b').map(entry => {
    return entry.DetailType === 'malformed' ? { ...entry, Detail: '{' } : entry
  })
  const answer = await publish(front.endpoint, entries)
  expect(answer.FailedEntryCount).toBe(2)
  const id = expect.stringMatching(/./)
  expect(answer.Entries).toMatchObject([
    { EventId: id },
    { ErrorCode: 'InternalFailure', ErrorMessage: id },
    { ErrorCode: 'MalformedDetail' },
    { EventId: id }
  ])
  const alone = await publish(front.endpoint, entriesFor(bus, 'bad'))
  expect(alone).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] })
  expect(await typesIn(bus)).toEqual(['a', 'b'])
})

it('refuses requests above the limit, with all their entries', async ({ eventbridge, bus }) => {
  const entries = entriesFor(bus, 'größe', 'b').map(entry => ({ ...entry, Time: new Date(0), Resources: ['x', 'y'] }))
  const size = 2 * ('here'.length + '{}'.length + 2 + 14) + Buffer.byteLength('größe') + 'b'.length
  const fronts: Front[] = []
  onTestFinished(async () => {
    await Promise.all(fronts.map(front => front.close()))
  })
  for (const limit of [size, size - 1]) fronts.push(await openFront(eventbridge.endpoint, limit))
  const [wide, narrow] = fronts
  await expect(publish(narrow?.endpoint ?? '', entries)).rejects.toMatchObject({ name: 'ValidationException' })
  expect(await typesIn(bus)).toEqual([])
  await publish(wide?.endpoint ?? '', entries)
  expect(await typesIn(bus)).toEqual(['b', 'größe'])
})

it.for([
  ['hang', []],
  ['hangInAnswer', ['a']]
] as const)('does not answer after %s', async ([fault, arrived], { front, bus }) => {
  front[fault]()
  const answer = publish(front.endpoint, entriesFor(bus, 'a'), AbortSignal.timeout(500))
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  expect(front.requests).toHaveLength(1)
  expect(await typesIn(bus)).toEqual(arrived)
  front.pass()
  await publish(front.endpoint, entriesFor(bus, 'b'))
  expect(await typesIn(bus)).toEqual([...arrived, 'b'])
})

it('is gone when the server is', async ({ bus }) => {
  const front = await openFront('http://127.0.0.1:1')
  onTestFinished(() => front.close())
  await expect(publish(front.endpoint, entriesFor(bus, 'a'))).rejects.toMatchObject({ code: 'ECONNRESET' })
})
