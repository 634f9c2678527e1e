import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { judgeSet, judgeTexts, type Judged } from '../../bench/classes/judge-set.js'
import {
  classFigures,
  confusionOf,
  precisionOf,
  protectedShare,
  recallOf,
} from '../../bench/classes/measure.js'
import { fullPage, shortTable } from '../../bench/classes/page.js'
import { readSet } from '../../bench/classes/set.js'
import { EVERY_CLASSIFIER_CONF } from '../../bench/classes/settings.js'
import { taughtMails } from '../../bench/classes/texts.js'
import { createServices } from '../../src/cli/container.js'
import { ROOT } from '../support/tree-sources.js'

/** What was measured, rounded down: it may get better, and not worse. */
const BLIND = {
  protected: 0.9,
  normal: { recall: 0.45, precision: 0.84 },
  high: { recall: 0.7, precision: 0.78 },
  confidential: { recall: 0.93, precision: 0.44 },
} as const

/** The tricks that work; of a number with hidden characters the class is too high. */
const MISSED = [
  'a false signature',
  'a misspelt word',
  'a number with hidden characters',
  'base64 in the text',
  'digits of another script',
  'letters of no size',
  'text in a picture',
  'text in a style sheet',
]

const directory = mkdtempSync(join(tmpdir(), 'classes-'))
const config = join(directory, 'milter.conf')
writeFileSync(config, EVERY_CLASSIFIER_CONF)
const { host } = await createServices(config).engine
t.teardown(async () => {
  await host.close()
  rmSync(directory, { recursive: true, force: true })
})

const setOf = (name: string): Promise<readonly Judged[]> => judgeSet(join(ROOT, 'eval', name), host)
const own = await setOf('mails')
const blind = await setOf('blind')
const evasion = await setOf('evasion')
const train = taughtMails(join(ROOT, 'eval/train'))
const learn = await judgeTexts(
  train.filter(one => !one.isHeldOut),
  host,
)
const heldOut = await judgeTexts(
  train.filter(one => one.isHeldOut),
  host,
)
const unseen = await judgeTexts(taughtMails(join(ROOT, 'eval/unseen')), host)

await t.test('of our own mails nearly all get their class', t => {
  t.ok(own.length >= 280)
  for (const figure of classFigures(own)) {
    if (figure.class === 'normal') continue
    t.ok(recallOf(figure) >= 0.98, `recall of ${figure.class}: ${recallOf(figure)}`)
    t.ok(precisionOf(figure) >= 0.9, `precision of ${figure.class}: ${precisionOf(figure)}`)
  }
  t.equal(confusionOf(own).confidential.normal, 0, 'no confidential mail is taken for normal')
  t.end()
})

await t.test('of mails held out from learning nearly all that need it are raised', t => {
  t.ok(learn.length > 150 && heldOut.length > 130)
  const above = heldOut.filter(one => one.class !== 'normal')
  const raised = heldOut.filter(one => one.given !== 'normal')
  const right = raised.filter(one => one.class !== 'normal').length
  t.ok(right / above.length >= 0.95, `recall: ${right / above.length}`)
  t.ok(right / raised.length >= 0.7, `precision: ${right / raised.length}`)
  t.end()
})

await t.test('of ordinary mails that nothing was learned from, all that need it are raised', t => {
  t.equal(unseen.length, 180)
  const above = unseen.filter(one => one.class !== 'normal')
  const raised = unseen.filter(one => one.given !== 'normal')
  const right = raised.filter(one => one.class !== 'normal').length
  t.ok(right / above.length >= 0.98, `recall: ${right / above.length}`)
  t.ok(right / raised.length >= 0.88, `precision: ${right / raised.length}`)
  t.end()
})

await t.test('of those of somebody else, as many as were measured', t => {
  t.ok(blind.length >= 150)
  t.ok(protectedShare(blind) >= BLIND.protected, `as high as needed: ${protectedShare(blind)}`)
  for (const figure of classFigures(blind)) {
    const { recall, precision } = BLIND[figure.class]
    t.ok(recallOf(figure) >= recall, `recall of ${figure.class}: ${recallOf(figure)}`)
    t.ok(precisionOf(figure) >= precision, `precision of ${figure.class}: ${precisionOf(figure)}`)
  }
  t.end()
})

await t.test(
  'of the words that somebody hides, those are found that a reader sees as they are',
  t => {
    const missed = evasion.filter(one => one.given !== one.class).map(({ kind }) => kind)
    t.same(missed.sort(), MISSED)
    t.end()
  },
)

await t.test('the pages show every set', t => {
  const sets = { own, learn, heldOut, unseen, blind, evasion }
  t.match(
    fullPage(sets),
    /## Own set: \d+ mails[^]*## Mails held out[^]*## Unseen set: 180 mails[^]*## Blind set[^]*by kind[^]*## Evasion/,
  )
  t.match(shortTable(sets), /\| own \| confidential \| 88 \| 1\.000 \| 1\.000 \|/)
  t.end()
})

await t.test('a share of nothing is whole', t => {
  t.equal(protectedShare([]), 1)
  t.equal(recallOf({ class: 'high', have: 0, given: 0, right: 0 }), 1)
  t.equal(precisionOf({ class: 'high', have: 0, given: 0, right: 0 }), 1)
  t.end()
})

await t.test('each set lists files that are there, and a wrong list is said', async t => {
  for (const name of ['mails', 'blind', 'evasion']) {
    const folder = join(ROOT, 'eval', name)
    const cases = await readSet(folder)
    t.same(
      cases.filter(({ file }) => !existsSync(join(folder, file))),
      [],
      name,
    )
  }
  const wrong: [string, RegExp][] = [
    ['file\n', /no cases/],
    ['file\na.eml\tlow\tde\tplain\n', /manifest\.tsv:2: the class/],
    ['file\na.eml\n', /manifest\.tsv:2: has fewer/],
  ]
  for (const [text, want] of wrong) {
    writeFileSync(join(directory, 'manifest.tsv'), text)
    await t.rejects(readSet(directory), { message: want })
  }
  t.end()
})
