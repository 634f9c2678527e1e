import { join } from 'node:path'
import t from 'tap'
import { type CommandResult, runCommand } from '../../sandbox/run-command.js'
import { createMilterServer } from '../../src/milter/index.js'
import { handlersOf } from '../support/milter-spec.js'
import { ROOT } from '../support/tree-sources.js'

const SCRIPT = join(ROOT, 'test/fixtures/miltertest/session.lua')

const PASSED: CommandResult = { code: 0, stdout: '', stderr: '' }

const STAGES = [
  'connect',
  'helo',
  'unknown',
  'mail',
  'rcpt',
  'data',
  'header',
  'eoh',
  'body',
  'eom',
]
const REPLIES: [reply: string, letter: string][] = [
  ['accept', 'a'],
  ['reject', 'r'],
  ['tempfail', 't'],
  ['discard', 'd'],
  ['code:550:5.7.1:no', 'y'],
]
/** Steps of the connection: nothing is there yet that could be discarded. */
const OF_CONNECTION = new Set(['connect', 'helo', 'unknown'])

await t.test('miltertest: every reply at every stage', async t => {
  let seen = 0
  for (const stage of STAGES) {
    for (const [reply, want] of REPLIES) {
      if (reply === 'discard' && OF_CONNECTION.has(stage)) continue
      t.same(await play([`${stage}=${reply}`], { stage, want }), PASSED, `${reply} at ${stage}`)
      seen += 1
    }
  }
  t.same(await play(['body=skip'], { stage: 'body', want: 's' }), PASSED, 'skip at body')
  t.equal(seen, 47)
})

/** miltertest does not offer LEADSPC, so values come without their space. */
const EDITS: [edit: string, check: string, ...parameters: string[]][] = [
  ['add:X-New:value', 'MT_HDRADD', 'X-New', 'value'],
  ['insert:0:X-New:value', 'MT_HDRINSERT', 'X-New', 'value', '0'],
  ['insert:2:X-New:value', 'MT_HDRINSERT', 'X-New', 'value', '2'],
  ['change:2:X-A:new', 'MT_HDRCHANGE', 'X-A', 'new'],
  ['change:1:X-A:', 'MT_HDRDELETE', 'X-A'],
  ['rcpt:y@rcpt.test', 'MT_RCPTADD', '<y@rcpt.test>'],
  ['unrcpt:<x@rcpt.test>', 'MT_RCPTDELETE', '<x@rcpt.test>'],
  ['body:new body\r\n', 'MT_BODYCHANGE', 'new body\r\n'],
  ['quarantine:to be looked at', 'MT_QUARANTINE', 'to be looked at'],
]

await t.test('miltertest: every edit that it knows', async t => {
  let seen = 0
  for (const [edit, check, check1 = '', ...more] of EDITS) {
    const [check2, check3] = more
    const globals = { check, check1, ...(check2 && { check2 }), ...(check3 && { check3 }) }
    t.same(await play([`edit=${edit}`], globals), PASSED, edit)
    seen += 1
  }
  t.equal(seen, EDITS.length)
  const reply = 'eom=code:550:5.7.1:no'
  const globals = { stage: 'eom', want: 'y', check: 'MT_SMTPREPLY', check1: '550' }
  t.same(await play([reply], globals), PASSED, 'a reply in words')
})

await t.test('miltertest: old versions of the protocol', async t => {
  for (const version of ['2', '3', '4', '6']) {
    const globals = { version, check: 'MT_HDRADD', check1: 'X-New', check2: 'value' }
    t.same(await play(['edit=add:X-New:value'], globals), PASSED, `version ${version}`)
  }
})

await t.test('miltertest fails where the filter does something else', async t => {
  t.match(await play(['rcpt=reject'], { stage: 'rcpt', want: 'c' }), { code: 1 })
  t.match(await play([], { check: 'MT_HDRADD', check1: 'X-New' }), { code: 1 })
})

/** Runs the script against a filter of ours that does what `spec` says. */
async function play(
  spec: readonly string[],
  globals: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const server = createMilterServer({ handlers: handlersOf(spec) })
  const address = await server.listen({ port: 0 })
  if (typeof address === 'string') throw new Error('no port')
  const all = { socket: `inet:${address.port}@127.0.0.1`, ...globals }
  const definitions = Object.entries(all).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  try {
    return await runCommand('miltertest', [...definitions, '-s', SCRIPT])
  } finally {
    await server.close({ deadlineMs: 0 })
  }
}
