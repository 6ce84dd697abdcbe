import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shown } from '../../src/server/shown.ts'
import { percentEncoded } from '../telemetry/secret-forms.ts'

test.each([
  ['/webhooks/gemini', '"/webhooks/gemini"'],
  ['/with "quotes" and \\', '"/with \\"quotes\\" and \\\\"'],
  ['/a\u001b[2K\u009b\nb', '"/a?[2K??b"'],
  [`/jobs/${'t'.repeat(22)}/x`, '"/jobs/…/x"'],
  [`/jobs%3Ftoken=${'t'.repeat(22)}`, '"/jobs%3Ftoken=…"'],
  [`/jobs/${'t'.repeat(21)}`, `"/jobs/${'t'.repeat(21)}"`],
  ['/a'.repeat(60), `"${'/a'.repeat(50)}…"`],
  // Of what is longer, the end that is looked at may be the front of a token.
  [`/jobs/${' '.repeat(380)}${'t'.repeat(40)}`, `"/jobs/${' '.repeat(94)}…"`],
  [`/${'a'.repeat(16_000)}`, '"/…"']
])('%j is shown as %s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('wherever a token stands, and however it is encoded, it is not shown', () => {
  const token = fc.stringMatching(/^[\w-]{22,60}$/)
  fc.assert(
    fc.property(token, fc.string(), fc.string(), (token, before, after) => {
      for (const written of [token, percentEncoded(token)])
        expect(shown(before + written + after)).not.toContain(written)
    })
  )
})

test('of a token at the place where the text is cut, nothing is shown', () => {
  for (let at = 60; at < 101; at += 1) {
    const text = `${'/'.repeat(at)}${'t'.repeat(22)}${'/'.repeat(400)}`
    expect(shown(text)).not.toMatch(/t{5}/)
  }
})
