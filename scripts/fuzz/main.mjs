// Fuzzes the targets one after the other, each in a process of its own that is instrumented.
import { say } from '../setup/step.mjs'
import { FUZZ_TARGETS } from '../../dist/test/support/fuzz-targets.js'
import { fuzzTarget, lineOf } from './one-target.mjs'

const [targets, seconds, seed] = process.argv.slice(2)
const known = FUZZ_TARGETS.map(({ name }) => name)
const wanted = targets === 'all' ? known : targets.split(',')
const strange = wanted.find(name => !known.includes(name))
if (strange !== undefined) {
  say(`No target is called "${strange}"; there are: ${known.join(', ')}`)
  process.exit(2)
}
let failed = 0
const reached = new Map()
let executions = 0
for (const name of wanted) {
  const report = await fuzzTarget(name, { seconds: Number(seconds), seed: Number(seed) })
  executions += report.executions
  for (const { name, reached: places } of report.rooms ?? []) {
    const before = reached.get(name) ?? []
    reached.set(
      name,
      places.map((ran, place) => ran | (before[place] ?? 0)),
    )
  }
  process.stdout.write(`${lineOf(name, report)}\n`)
  for (const { kind, file, size, what } of report.failures) {
    failed += 1
    process.stdout.write(`  FAILURE ${kind.split('\n')[0]}\n    ${size} bytes in ${file}\n`)
    process.stdout.write(`${what.replaceAll(/^/gm, '      ')}\n`)
  }
}
for (const [room, { places, ran }] of byRoom(reached))
  process.stdout.write(`${room.padEnd(16)} ${ran} of ${places} places reached\n`)
process.stdout.write(`${executions} runs of ${wanted.length} target(s), ${failed} failure(s)\n`)
process.exitCode = failed === 0 ? 0 : 1

/** `src/message`, `src/container`, `src/gateway`, `src/qtls` and `plugins/detect`. */
function byRoom(modules) {
  const rooms = new Map()
  for (const [name, places] of modules) {
    const room = name.split('/').slice(0, 2).join('/')
    const { places: sum, ran } = rooms.get(room) ?? { places: 0, ran: 0 }
    const more = places.reduce((count, hit) => count + hit, 0)
    rooms.set(room, { places: sum + places.length, ran: ran + more })
  }
  return rooms
}
