import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { parseMail } from '../../src/message/parse-mail.js'
import { saysLetter } from '../../src/seal/open-letter.js'

export interface WrittenAnswer {
  readonly password: string
  readonly text: string
  readonly file: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }
}

/** The file of the letter that a mail carries. */
export async function letterIn(message: Buffer): Promise<Buffer> {
  const mail = parseMail(message)
  for (const part of mail.leaves()) {
    if (!saysLetter(await mail.head(part, 256))) continue
    const pieces: Buffer[] = []
    for await (const piece of mail.decoded(part)) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }
  throw new Error('the mail carries no letter')
}

/** What recipients do with letters in Chromium: open each from its file, answer, save the answer. */
export async function answeredInChromium(
  letters: readonly (readonly [letter: Buffer, answer: WrittenAnswer])[],
): Promise<readonly Buffer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'answers-'))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const answers: Buffer[] = []
    for (const [index, [letter, { password, text, file }]] of letters.entries()) {
      const path = join(folder, `${index}.html`)
      writeFileSync(path, letter)
      const page = await browser.newPage({ acceptDownloads: true })
      await page.goto(`file://${path}`)
      await page.waitForSelector('html.ready', { state: 'attached', timeout: 60_000 })
      await page.fill('#password', password)
      await page.click('#open')
      await page.waitForSelector('#opened', { state: 'visible', timeout: 60_000 })
      await page.click('#start-answer')
      await page.fill('#answer-text', text)
      await page.setInputFiles('#answer-files', [file])
      const coming = page.waitForEvent('download', { timeout: 60_000 })
      await page.click('#save-answer')
      answers.push(readFileSync(await (await coming).path()))
      await page.close()
    }
    return answers
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
