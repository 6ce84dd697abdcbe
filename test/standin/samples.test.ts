import { describe, expect, it } from 'vitest'
import { eventTypes } from '../../src/event-types.ts'
import { sample } from '../../src/standin/samples.ts'

const now = new Date('2026-01-22T12:00:00.999Z')

describe('eventTypes', () => {
  it('are the nine that Gemini documents', () => {
    expect(eventTypes.toSorted()).toEqual([
      'batch.cancelled',
      'batch.expired',
      'batch.failed',
      'batch.succeeded',
      'interaction.cancelled',
      'interaction.completed',
      'interaction.failed',
      'interaction.requires_action',
      'video.generated'
    ])
  })
})

describe('sample', () => {
  it.each(eventTypes)('%s names its job', type => {
    expect(sample(type, { job: 'x1', now })).toEqual({
      type,
      version: 'v1',
      timestamp: '2026-01-22T12:00:00Z',
      data: expect.objectContaining({ id: expect.stringMatching(/\/x1$/) })
    })
  })

  it.each(['batch.failed', 'interaction.failed'])('%s says why', type => {
    expect(sample(type).data).toMatchObject({ error_code: expect.anything(), error_message: expect.any(String) })
  })

  it('puts user_metadata beside data, or inside it', () => {
    const metadata = { tenant: 'acme', nested: [1, { a: null }] }
    const beside = sample('batch.expired', { metadata })
    expect(beside.user_metadata).toEqual(metadata)
    expect(beside.data).not.toHaveProperty('user_metadata')
    const inside = sample('batch.expired', { metadata, placement: 'data' })
    expect(inside).not.toHaveProperty('user_metadata')
    expect(inside.data).toMatchObject({ id: expect.any(String), user_metadata: metadata })
  })

  it.each(['ping', 'a.type.of.tomorrow', 'constructor', '__proto__'])('knows nothing of %s but its name', type => {
    expect(sample(type, { now })).toEqual({ type, version: 'v1', timestamp: '2026-01-22T12:00:00Z', data: {} })
  })
})
