/** How much a consumer can rely on a member: only what is `always` there is required by the JSON Schemas. */
export type Presence = 'always' | 'usually' | 'sometimes'

/** A member of an event or of its data. */
export interface Member {
  readonly presence: Presence
  /** One sentence, or two. */
  readonly meaning: string
  /** JSON Schema, in what its drafts 07 (AsyncAPI's) and 2020-12 have in common. Empty: any JSON. */
  readonly schema: Readonly<Record<string, unknown>>
}

export type Members = Readonly<Record<string, Member>>

/** The JSON Schema of an object with these members, and with any others beside. */
export function objectSchema(members: Members): Record<string, unknown> {
  return {
    type: 'object',
    required: Object.keys(members).filter(name => members[name]?.presence === 'always'),
    properties: Object.fromEntries(
      Object.entries(members).map(([name, { meaning, schema }]) => [name, { description: meaning, ...schema }])
    )
  }
}
