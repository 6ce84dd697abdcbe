import { readFile } from 'node:fs/promises'
import { root } from '../spawn.ts'

interface Source {
  readonly type: string
  readonly uid: string
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly datasource: Source
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly refId: string; readonly expr: string }[]
}

interface Variable {
  readonly name: string
  readonly type: string
  readonly query: string
  /** Where a query's values come from. */
  readonly datasource?: Source
}

export interface Dashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly Panel[]
}

export async function readDashboard(): Promise<Dashboard> {
  return JSON.parse(await readFile(`${root}deploy/grafana/dashboard.json`, 'utf8')) as Dashboard
}

/** The panels that ask for something: all but the rows' titles. */
export function queryPanels({ panels }: Dashboard): readonly Panel[] {
  return panels.filter(({ type }) => type !== 'row')
}
