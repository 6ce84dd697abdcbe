import { describe, expect, it } from 'vitest'
import { listRequest, pageTokenAt, parse } from '../../../src/standin/gemini/requests.ts'

describe('listRequest', () => {
  it.each([
    [{}, 50],
    [{ page_size: '' }, 50],
    [{ page_size: '0' }, 50],
    [{ page_size: '1' }, 1],
    [{ page_size: '1000' }, 1000],
    [{ page_size: '1001' }, 1000],
    [{ page_size: '1e6' }, 1000]
  ])('takes from %j the size %d', (query, size) => {
    expect(parse(listRequest, query)).toEqual({ page_size: size, page_token: 0 })
  })

  it.each(['-1', '1.5', 'many', 'NaN', 'Infinity'])('refuses the size %s', size => {
    expect(() => parse(listRequest, { page_size: size })).toThrow(
      expect.objectContaining({ status: 'INVALID_ARGUMENT' })
    )
  })

  it('reads the tokens that it writes, and no others', () => {
    expect(parse(listRequest, { page_token: pageTokenAt(9_999) })).toMatchObject({ page_token: 9_999 })
    for (const token of ['1', '-', pageTokenAt(-1), pageTokenAt(1.5), pageTokenAt(1e12)]) {
      expect(() => parse(listRequest, { page_token: token })).toThrow('page_token')
    }
  })
})
