/** Forms in which a secret may get out: as it is, decoded, encoded, or with the little that a URL or a log changes. */
export function formsOf(secret: string): string[] {
  const bare = secret.replace(/^whsec_/, '')
  const bytes = Buffer.from(secret)
  const key = Buffer.from(bare, 'base64')
  return [
    bare,
    ...[bytes, ...(bare === secret ? [] : [key])].flatMap(given => [
      given.toString('hex'),
      given.toString('base64').replace(/=+$/, ''),
      given.toString('base64url')
    ]),
    encodeURIComponent(bare),
    percentEncoded(bare),
    JSON.stringify(bare).slice(1, -1)
  ]
}

/** Every character as %XX. */
export function percentEncoded(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .replaceAll(/../g, byte => `%${byte}`)
}

/** Which secrets a text has, by name, with what stands around them. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const lower = text.toLowerCase()
    const at = formsOf(secret)
      .map(form => lower.indexOf(form.toLowerCase()))
      .find(index => index >= 0)
    return at === undefined ? [] : [`${name}: …${text.slice(Math.max(0, at - 80), at + 40)}…`]
  })
}
