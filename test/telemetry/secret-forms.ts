/** Forms in which a secret may get out: as it is, decoded, encoded, or as a part of what is encoded. */
export function formsOf(secret: string): string[] {
  const bare = secret.replace(/^whsec_/, '')
  const key = bare === secret ? [] : [Buffer.from(bare, 'base64')]
  // As OAuth puts it into a header (RFC 6749, section 2.3.1).
  const inForms = encodeURIComponent(bare).replace(/[-_]/g, mark => percentEncoded(mark).toUpperCase())
  return [
    bare,
    encodeURIComponent(bare),
    inForms,
    percentEncoded(bare),
    ...[Buffer.from(bare), Buffer.from(inForms), ...key].flatMap(bytes => [
      bytes.toString('hex'),
      ...withinBase64(bytes)
    ])
  ]
}

/** What the base64 of anything has in it that holds these bytes, whatever stands before and after them. */
function withinBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap(before => {
    const whole = Math.floor((before + bytes.length) / 3) * 4
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : 4, whole)
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/** Every character as %XX. */
export function percentEncoded(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .replaceAll(/../g, byte => `%${byte}`)
}

/** Which secrets a text has, by name, with what stands around them. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const lower = text.toLowerCase()
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const at = formsOf(secret)
      .map(form => lower.indexOf(form.toLowerCase()))
      .find(index => index >= 0)
    return at === undefined ? [] : [`${name}: …${text.slice(Math.max(0, at - 80), at + 40)}…`]
  })
}
