import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { allPoints, pointText, somePoints } from '../support/crash-plan.js'
import {
  CRASH_SCENARIOS,
  CRASH_SECRET,
  CrashRun,
  crashPreload,
  type CrashScenario,
} from '../support/crash-run.js'
import { proveAnswers } from '../support/lane-answers.js'
import { ASKING, leaveUnanswered, proveAsking, proveSilence } from '../support/lane-asking.js'
import { KEYED, proveKeys } from '../support/lane-keys.js'
import { LaneLab } from '../support/lane-lab.js'
import type { Letter } from '../support/lane-letter.js'
import { fields } from '../support/lane-text.js'
import { openFixture } from '../support/seal-fixture.js'

/** `npm run crash`: every point of every scenario; else a few, chosen by the seed. */
const isWhole = process.env['POSTSEAL_CRASH'] !== undefined
const SEED = Number(process.env['POSTSEAL_CRASH_SEED'] ?? 1)
const IN_SHORT = 3

t.setTimeout(isWhole ? 14_000_000 : 500_000)
await enterNamespace()

const FIXTURE = fileURLToPath(new URL('../support/seal-fixture.js', import.meta.url))
const MARKER = join(t.testdir(), 'killed')
const SECRET = 'Mr Example has a broken leg.'

const CRASHES = join(t.testdir(), 'crashes')
const scenarios: readonly CrashScenario[] = CRASH_SCENARIOS.slice(0, isWhole ? undefined : 1)
/** What must lie nowhere. */
const secrets: string[] = [SECRET]

const lab = await LaneLab.start(t, {
  preload: crashPreload(CRASHES),
  settings: `seal.language = "en"
[plugins]
classify = ["classify/header", "classify/subject-tag"]
detect = []
rewrite = []
seal = ["seal/smime", ${JSON.stringify(FIXTURE)}, "seal/html"]
[plugin."seal/fixture"]
marker = ${JSON.stringify(MARKER)}
[[seal_to]]
recipients = ["answer-one@weak.test", "answer-two@good.test"]
formats = ["html"]
[[seal_to]]
recipients = ["${KEYED}"]
formats = ["smime", "fixture"]
[[seal_to]]
formats = ["fixture", "html"]
${ASKING}`,
})
await lab.does('setup', 'sealing')

/** A letter of class high to a server without TLS, by somebody who has logged in. */
function letterTo(recipient: string, more: Partial<Letter> = {}): Letter {
  const from = `${recipient.split('@')[0]}@home.test`
  const subject = 'Findings of Mr Example'
  return {
    from,
    to: [recipient],
    class: 'high',
    user: 'anna',
    subject,
    body: `${SECRET}\r\n`,
    ...more,
  }
}

/** The password that the notice to a sender tells, waiting for it. */
async function passwordFor(recipient: string): Promise<string> {
  const notice = await lab.arrived(`${recipient.split('@')[0]}@home.test`)
  return passwordIn(notice.message)
}

function passwordIn(notice: Buffer): string {
  return /\n {4}(\S+)\r?\n/.exec(notice.toString())?.[1] ?? 'none'
}

await leaveUnanswered({ lab, letterTo, passwordFor })

await t.test('a letter goes to a bad server, and its password to the sender', async t => {
  const recipient = 'one@weak.test'
  await lab.send(letterTo(recipient))
  const letter = await lab.arrived(recipient)
  t.same(fields(letter, 'Subject'), ['Confidential message'])
  t.same(fields(letter, 'From'), ['one@home.test'])
  t.same(fields(letter, 'Sensitivity'), [])
  t.same(fields(letter, 'X-Postseal-Lane'), [])
  t.notMatch(letter.message.toString(), /Findings|broken leg/)
  const password = await passwordFor(recipient)
  const inner = openFixture(letter.message, password).toString()
  t.match(inner, /^Subject: Findings of Mr Example\r$/m)
  t.match(inner, SECRET)
  t.same(await lab.story(recipient), ['split: sent to re-split', 'sealed: sent to mx.weak.test'])
  const audit = await lab.does('password', 'list')
  t.match(audit, /fixture, password: sender, to one@weak\.test/)
  t.notMatch(audit, password)
})

await t.test('who has a certificate gets S/MIME, until its server refuses that', t =>
  proveKeys(t, lab, letterTo, SECRET),
)

await t.test('each recipient has a password of its own', async t => {
  await lab.send(letterTo('two@weak.test', { to: ['two@weak.test', 'three@weak.test'] }))
  const letters = [await lab.arrived('two@weak.test'), await lab.arrived('three@weak.test')]
  const notices = [await lab.arrived('two@home.test'), await lab.arrived('two@home.test')]
  const passwords = notices.map(({ message }) => passwordIn(message))
  t.equal(new Set(passwords).size, 2)
  for (const { message } of letters) t.equal(opens(message, passwords), 1)
})

await t.test('whoever has not logged in is told nothing; an officer lets it go', async t => {
  const recipient = 'stranger@weak.test'
  const { user: _, ...letter } = letterTo(recipient)
  await lab.send(letter)
  const { queueId } = await lab.deferred(recipient, /Waiting for a release/)
  await lab.does('release', queueId, '--reason', 'the sender was called')
  const arrived = await lab.arrived(recipient)
  const [reference = ''] =
    /[0-9a-v]{20}/.exec(fields(arrived, 'X-Postseal-Reference')[0] ?? '') ?? []
  const said = /Reference ([0-9a-v]{20})/.exec(arrived.message.toString())?.[1] ?? ''
  t.not(reference, '')
  const shown = await lab.does('password', 'show', said, '--reason', 'told by telephone')
  const password = /weak\.test {2}(\S+)/.exec(shown)?.[1] ?? ''
  t.match(openFixture(arrived.message, password).toString(), SECRET)
})

await t.test('a standing password opens every letter, and nobody is told', async t => {
  const recipient = 'standing@weak.test'
  const set = ['password', 'set', 'home.test', recipient, '--generate', '--reason', 'agreed']
  const agreed = (await lab.does(...set)).trim()
  t.match(agreed, /^(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}$/)
  await lab.send(letterTo(recipient))
  t.match(openFixture((await lab.arrived(recipient)).message, agreed).toString(), SECRET)
  await lab.does('password', 'rotate-key')
  await lab.send(letterTo(recipient))
  t.match(openFixture((await lab.arrived(recipient)).message, agreed).toString(), SECRET)
  t.same(lab.arrivals('standing@home.test'), [])
})

await t.test('senders are asked', t => proveAsking(t, { lab, letterTo, passwordFor }))

await t.test('answers come back', t => proveAnswers(t, { lab, letterTo, passwordFor }))

for (const place of ['before', 'after'] as const) {
  await t.test(`ended ${place} sealing, there is one letter and its password`, async t => {
    const recipient = `killed-${place}@weak.test`
    await lab.send(letterTo(recipient))
    for (let waits = 0; lab.daemon.isRunning && waits < 1200; waits += 1) await sleep(50)
    t.equal(lab.daemon.isRunning, false, 'the process was ended')
    t.same(lab.arrivals(recipient), [])
    await lab.startDaemon()
    const letter = await lab.arrived(recipient)
    const password = await passwordFor(recipient)
    t.match(openFixture(letter.message, password).toString(), SECRET)
    await lab.watch.settled()
    t.equal(lab.arrivals(recipient).length, 1)
    t.equal(lab.arrivals(`killed-${place}@home.test`).length, 1)
  })
}

await t.test('the daemon may be ended at any step', async t => {
  const run = new CrashRun(lab, CRASHES)
  for (const scenario of scenarios) {
    const points = allPoints(await run.steps(scenario))
    // How often a loop of the daemon comes round differs from run to run; the first time of each step comes.
    const first = points.filter(({ nth }) => nth === 1)
    const chosen = isWhole ? points : somePoints(first, IN_SHORT, SEED)
    t.ok(points.length > 40, `${scenario.name} has ${points.length} points`)
    for (const point of chosen) {
      const trial = await run.run(scenario, point)
      if (!isWhole) continue
      await run.quiet()
      run.check(t, trial, openFixture)
    }
  }
  await run.quiet()
  for (const trial of run.trials) run.check(t, trial, openFixture)
  const missed = run.trials.filter(({ point, wasEnded }) => point !== undefined && !wasEnded)
  const tried = run.trials.filter(({ point }) => point !== undefined).length
  for (const { point } of missed) t.comment(`never came: ${point && pointText(point)}`)
  t.ok(missed.length <= tried / 4, `the process was ended at ${tried - missed.length} of ${tried}`)
  secrets.push(CRASH_SECRET, ...run.passwords())
})

await t.test('the change of the key may be ended at any step', async t => {
  const run = new CrashRun(lab, CRASHES)
  const atMost = isWhole ? 1000 : IN_SHORT
  const ended = await run.endAtEachStep(['password', 'rotate-key'], atMost)
  t.ok(isWhole ? ended > 20 : ended === IN_SHORT, `it was ended ${ended} times`)
  const recipient = 'rotated@weak.test'
  await lab.send(letterTo(recipient))
  const letter = await lab.arrived(recipient)
  t.match(openFixture(letter.message, await passwordFor(recipient)).toString(), SECRET)
})

await t.test('silence of a sender ends as the policy says', t =>
  proveSilence(t, { lab, letterTo, passwordFor }),
)

await t.test('nothing of a message and no password lies anywhere in the clear', async t => {
  await lab.watch.settled()
  const passwords = [...lab.server('home.test').arrivals].map(({ message }) => passwordIn(message))
  t.ok(passwords.filter(password => password !== 'none').length > 5)
  for (const password of new Set(passwords)) if (password !== 'none') secrets.push(password)
  const files = await allFiles(lab.directory)
  let seen = 0
  for (const file of files) {
    if (/\/(?:authority|self-signed)/.test(file)) continue
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    seen += bytes.length
    for (const [index, secret] of secrets.entries())
      if (bytes.includes(secret)) t.fail(`${file} holds secret ${index}`)
  }
  t.ok(seen > 100_000, `looked at ${files.length} files`)
})

function opens(letter: Buffer, passwords: readonly string[]): number {
  return passwords.filter(password => {
    try {
      return openFixture(letter, password).includes(SECRET)
    } catch {
      return false
    }
  }).length
}

async function allFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
}
