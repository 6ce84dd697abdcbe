import { describe, expect, it } from 'vitest'
import { DATA, EVENT, explainOne } from './explain-event.ts'

const fixture = (name: string) => `${import.meta.dirname}/fixtures/${name}.ts`

describe('a destination', () => {
  const refusing = `adapter: ${fixture('picky')}, takes: nothing`

  it('that never takes the event says why, and what the dead letter gets', async () => {
    const said = await explainOne(
      `
destinations:
  a: { adapter: eventbridge }
  b: { adapter: memory }
  parking: { adapter: ${fixture('picky')}, takes: dead letters }
deadLetter: parking
limits: { body: 2MiB }
`,
      `{"type":"t","data":"${'x'.repeat(2 ** 20)}"}`
    )
    expect(said.destinations.a).toEqual({
      adapter: 'eventbridge',
      delivery: 'required',
      refused: expect.stringMatching(/larger than EventBridge takes/),
      deadLetter: {
        destination: 'parking',
        adapter: fixture('picky'),
        record: {
          id: 'msg_example.dead_letter.a',
          data: expect.stringMatching(/^\{"type":"t"/),
          sent: '1970-01-01T00:00:00.000Z'
        }
      }
    })
    expect(said.answer).toBe('204, once parking has the dead letter of a and b has it.')
  })

  it('whose delivery is best effort loses what it refuses', async () => {
    const said = await explainOne(`
destinations: { a: { ${refusing} }, b: { adapter: memory }, parking: { adapter: memory } }
routes: [{ to: [a], delivery: bestEffort }, { to: [b] }]
deadLetter: parking
`)
    expect(said.destinations.a).toEqual({
      adapter: fixture('picky'),
      delivery: 'bestEffort',
      refused: 'The event is not to its taste.',
      note: 'Nothing more comes of it: best effort is never dead-lettered.'
    })
  })

  it('that refuses an event which came by no webhook leaves open what the dead letter has as data', async () => {
    const said = await explainOne(
      `destinations: { a: { ${refusing} }, parking: { adapter: memory } }\ndeadLetter: parking`,
      EVENT
    )
    expect(said.destinations.a.deadLetter).toEqual({
      destination: 'parking',
      adapter: 'memory',
      note: "Its data are the body of the event's webhook, which is not known."
    })
  })

  it.each([
    ['silent', '', /^The adapter does not say/],
    ['foreign', 'error: broken', /^The adapter failed to say .*TypeError: Oops/]
  ])('with the adapter %s, which cannot say what its record is, shows the event', async (name, options, note) => {
    const { destinations } = await explainOne(`destinations: { a: { adapter: ${fixture(name)}, ${options} } }`)
    expect(destinations.a.note).toMatch(note)
    expect(destinations.a.event).toContain(`"data":${DATA}}`)
  })

  it('may have been given another copy of EventError', async () => {
    const { destinations } = await explainOne(`destinations: { a: { adapter: ${fixture('foreign')}, error: refused } }`)
    expect(destinations.a).toMatchObject({ refused: 'It is too loud.' })
  })
})
