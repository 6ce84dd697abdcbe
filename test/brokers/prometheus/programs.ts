/** Prometheus and promtool: those on the PATH, or Debian's, unpacked into the cache. */
import { join } from 'node:path'
import { installed, unpacked } from '../debian.ts'

/** Where the two programs are. */
export interface PrometheusPrograms {
  readonly prometheus: string
  readonly promtool: string
}

/** @throws where neither is to be had */
export async function findPrometheus(): Promise<PrometheusPrograms> {
  const [prometheus, promtool] = [installed('prometheus'), installed('promtool')]
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool }
  // What else it depends on is its pages for browsers.
  const folder = await unpacked('prometheus', ['prometheus'])
  return { prometheus: join(folder, 'usr/bin/prometheus'), promtool: join(folder, 'usr/bin/promtool') }
}
