import type { AdapterDefinition, Finding, InspectContext } from '../../src/adapter.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * What an adapter finds out about a destination.
 * @param written its options, as they stand in a configuration
 * @param signal stops it
 */
export async function inspected(
  definition: AdapterDefinition,
  written: object,
  context: Partial<InspectContext> = {},
  signal: AbortSignal = new AbortController().signal
): Promise<Finding[]> {
  const options = definition.options.parse(written)
  const given = { destination: 'test', directory: import.meta.dirname, log, body: 256 * 1024, ...context }
  const findings: Finding[] = []
  for await (const finding of definition.inspect?.(options, given, signal) ?? []) findings.push(finding)
  return findings
}

/** Findings in short: `exists: fault`. */
export function inShort(findings: readonly Finding[]): string[] {
  return findings.map(({ about, state }) => `${about}: ${state}`)
}

/** What the only finding of this kind says. */
export function saysOf(findings: readonly Finding[], about: Finding['about'], state: Finding['state']): string {
  const [only, ...others] = findings.filter(finding => finding.about === about && finding.state === state)
  if (only === undefined || others.length > 0) throw new Error(`not one of ${about}: ${state}, but ${findings.length}`)
  return only.says
}
