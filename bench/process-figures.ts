import { readFileSync } from 'node:fs'

/** Linux counts CPU time for user space in hundredths of a second, on every architecture. */
const TICKS_PER_SECOND = 100

/** CPU seconds that a process has used so far, all its threads, the ended ones too (proc(5), stat). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name in brackets may hold anything; the fields that count come after it, from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Most memory that a process has held so far, in bytes (proc(5), status, VmHWM). */
export function peakBytes(pid: number): number {
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  if (found === null) throw new Error(`/proc/${pid}/status names no VmHWM`)
  return Number(found[1]) * 1024
}
