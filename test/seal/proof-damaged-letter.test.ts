import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import t from 'tap'
import { sealAsHtml } from '../../src/seal/html/html-format.js'
import { DATA_MARK, END_MARK } from '../../src/seal/html/page.js'
import { clinicMail, fileIn, PASSWORD, sampleOrder } from '../support/seal-samples.js'

/** A letter that was damaged on its way, in a real browser: never an empty page. */
t.setTimeout(120_000)

const folder = t.testdir()
const file = await fileIn(await sealAsHtml(sampleOrder(clinicMail()), new AbortController().signal))
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
t.teardown(() => browser.close())

const VISIBLE =
  "[...document.querySelectorAll('main > section')].filter(e => e.checkVisibility()).map(e => e.id)"
const WORDS = {
  locked: /Password/,
  failed: /The file is damaged/,
  plain: /This file is an encrypted letter/,
}

await t.test('one bit flipped in what it holds is refused in words, or harmless', async t => {
  const page = await browser.newPage({ locale: 'en-GB' })
  const seen = { damaged: 0, locked: 0, refused: 0, opened: 0 }
  for (const at of flippedPlaces()) {
    await page.goto(flipped(at))
    await page.waitForSelector('#locked:visible, #failed:visible, #plain:visible')
    // The end of an element or a mark that is gone takes the script with it.
    if (await page.isVisible('#plain')) {
      t.match(await page.innerText('#plain'), WORDS.plain, `${at}`)
      continue
    }
    if (await page.isVisible('#failed')) {
      t.match(await page.innerText('#failed'), /The file is damaged[^]*ask the sender/, `${at}`)
      seen.damaged += 1
      continue
    }
    t.match(await page.innerText('#locked'), WORDS.locked, `${at}`)
    seen.locked += 1
    // A password takes its time, so every third is opened.
    if (seen.locked % 3 !== 0) continue
    await page.fill('#password', PASSWORD)
    await page.click('#open')
    await page.waitForSelector('#opened:visible, #unlock-status.bad, #failed:visible')
    if (await page.isVisible('#opened')) {
      t.equal(await page.innerText('#subject'), 'Ihr Befund vom 24. November', `${at}`)
      await page.click('#as-text')
      t.equal(await page.innerText('#text'), 'Sehr geehrte Frau Müller\n\nDer Befund liegt bei.')
      seen.opened += 1
    } else {
      const words = /password is wrong, or the file was changed|The file is damaged/
      t.match(await page.innerText('main'), words, `${at}`)
      seen.refused += 1
    }
  }
  t.ok(seen.damaged > 10 && seen.refused > 0 && seen.opened > 0, JSON.stringify(seen))
})

await t.test(
  'where the page itself is damaged it works, says so, or keeps its plain text',
  async t => {
    const page = await browser.newPage({ locale: 'en-GB' })
    for (const [part, shown] of [
      ["root.className = 'js'", 'locked'],
      ['id="failed"', 'locked'],
      ['id="language"', 'failed'],
      ['async function main()', 'plain'],
      ["script-src 'sha256-", 'plain'],
      ['<!--end-->', 'failed'],
    ] as const) {
      await page.goto(flipped(file.indexOf(part) + 5))
      await page.waitForSelector('#locked:visible, #failed:visible, #plain:visible')
      const seen = await page.evaluate(VISIBLE)
      t.same(seen, [shown], part)
      t.match(await page.innerText(`#${shown}`), WORDS[shown], part)
    }
  },
)

/** Each part of what a letter holds at some places, the ciphertext at few: a password is slow to try. */
function flippedPlaces(): number[] {
  const at = (text: string): number => file.indexOf(text)
  const [data, tag, end] = [at('class="letter-data"'), at('id="letter-tag"'), at(END_MARK)]
  const parts: [from: number, to: number, places: number][] = [
    [at(DATA_MARK), at('id="letter-header"'), 4],
    [at('{"v":1'), at('id="letter-style"'), 8],
    [at('id="letter-style"'), data - 20, 16],
    [data - 20, data + 40, 4],
    [data + 40, tag - 40, 3],
    [tag - 40, end + END_MARK.length, 5],
  ]
  const spread = parts.flatMap(([from, to, places]) =>
    Array.from({ length: places }, (_, i) => from + Math.floor(((to - from) * (i + 0.5)) / places)),
  )
  return [...spread, at('"company"'), at('"contact"') + 8, at('"language"') + 2, at('"logo"') + 7]
}

function flipped(at: number): string {
  const changed = Buffer.from(file)
  changed[at] = (changed[at] ?? 0) ^ 1
  const path = join(folder, 'flipped.html')
  writeFileSync(path, changed)
  return `file://${path}`
}
