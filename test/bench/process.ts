/** What Linux says of a process. Elsewhere every number is NaN. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** CPU time of all its threads so far, in seconds, to the nanosecond. Of threads that have ended, nothing. */
export function cpuSeconds(pid: number): number {
  return orNaN(() => {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map(thread => Number(read(pid, `task/${thread}/schedstat`).split(' ')[0]))
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9
  })
}

/** Resident memory in MiB, now. */
export function rss(pid: number): number {
  return orNaN(() => mebibytes(pid, 'VmRSS'))
}

/** The most resident memory since `forgetPeak`, in MiB. */
export function peakRss(pid: number): number {
  return orNaN(() => mebibytes(pid, 'VmHWM'))
}

/** @see https://docs.kernel.org/filesystems/proc.html clear_refs: 5 resets the peak */
export function forgetPeak(pid: number): void {
  orNaN(() => {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    return 0
  })
}

function mebibytes(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(pid, 'status'))?.[1]) / 1024
}

function read(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8')
}

function orNaN(look: () => number): number {
  if (process.platform !== 'linux') return Number.NaN
  return look()
}
