// `npm run audit-oracles`: our audit of TLS servers beside sslscan and testssl.sh, on servers of
// openssl that differ in everything they can. `npm test` does it with sslscan and a few of them.
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { say } from './setup/step.mjs'

const HELP = `Usage: npm run audit-oracles -- [--oracle sslscan|testssl] [--server NAME]

Looks at servers of openssl on loopback with our audit and with another program, and prints what
either sees that the other does not. testssl.sh takes a minute and a half for each.

  --oracle NAME  only sslscan or testssl (both)
  --server NAME  only this one of them

Exit code 0: no difference but those that docs/design/audit-oracles.md explains.
`

const text = { type: 'string' }
const { values } = parseArgs({
  options: { oracle: text, server: text, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) process.stdout.write(HELP)
else process.exitCode = await run(values)

async function run({ oracle, server }) {
  for (const { name, need } of await setUp('audit')) say(`Not there: ${name} (${need})`)
  await buildTests()
  const { ALL_SERVERS, compareAudits } = await import('../dist/test/support/audit-oracle.js')
  const servers = server === undefined ? ALL_SERVERS : [server]
  const oracles = oracle === undefined ? ['sslscan', 'testssl'] : [oracle]
  let unexplained = 0
  for (const name of oracles) {
    const results = await compareAudits(servers, name, result => say(lineOf(result)))
    unexplained += results.filter(isUnexplained).length
  }
  process.stdout.write(
    `${oracles.length * servers.length} comparisons, ${unexplained} unexplained\n`,
  )
  return unexplained === 0 ? 0 : 1
}

function isUnexplained({ missing, more, explained }) {
  return missing.length + more.length > 0 && explained === undefined
}

function lineOf(result) {
  const { server, oracle, ours, missing, more, explained, ourMs, theirMs } = result
  const same = missing.length + more.length === 0
  const difference = [...missing.map(one => `-${one}`), ...more.map(one => `+${one}`)].join(', ')
  const end = same ? 'the same' : `${explained ?? 'UNEXPLAINED'}: ${difference}`
  return `${server}: ${ours} by us in ${ourMs} ms, ${oracle} in ${theirMs} ms: ${end}`
}
