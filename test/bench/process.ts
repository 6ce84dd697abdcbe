/** What Linux says of a process. Elsewhere every number is NaN. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const isLinux = process.platform === 'linux'

/** CPU time of all its threads so far, in seconds, to the nanosecond. Of threads that have ended, nothing. */
export function cpuSeconds(pid: number): number {
  if (!isLinux) return Number.NaN
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + scheduled(`${pid}/task/${thread}`, 'ran'), 0)
}

/** How long its main thread was ready to run while others had the CPU, in seconds. */
export function waitedSeconds(pid: number): number {
  return scheduled(String(pid), 'waited')
}

/** Resident memory in MiB, now. */
export function rss(pid: number): number {
  return mebibytes(pid, 'VmRSS')
}

/** The most resident memory since `forgetPeak`, in MiB. */
export function peakRss(pid: number): number {
  return mebibytes(pid, 'VmHWM')
}

/** @see https://docs.kernel.org/filesystems/proc.html clear_refs: 5 resets the peak */
export function forgetPeak(pid: number): void {
  if (isLinux) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** @see https://docs.kernel.org/scheduler/sched-stats.html */
function scheduled(task: string, what: 'ran' | 'waited'): number {
  if (!isLinux) return Number.NaN
  const [ran, waited] = readFileSync(`/proc/${task}/schedstat`, 'utf8').split(' ')
  return Number(what === 'ran' ? ran : waited) / 1e9
}

function mebibytes(pid: number, field: string): number {
  if (!isLinux) return Number.NaN
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024
}
