import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mailFromText } from 'postseal/testkit'
import { LETTER_DIRECTORY } from '../layout.js'
import { runPostseal } from '../postseal-command.js'
import type { Terminal } from '../terminal.js'
import type { LaneStage } from './stage.js'
import { PRACTICE } from './world.js'

const CHROMIUM = '/usr/bin/chromium'
const NOTICE_MS = 60_000

/**
 * Opens the sealed letter of a recipient with the password that its sender was told: in Chromium, as a
 * recipient does, else with `postseal open`. Gives what went other than it should.
 */
export async function openSealed(
  recipient: string,
  stage: LaneStage,
  terminal: Terminal,
): Promise<readonly string[]> {
  const { line, paint } = terminal
  line()
  line(`${paint.bold('the letter')}  ${paint.dim(`What ${recipient} got, and how it opens.`)}`)
  const domain = recipient.slice(recipient.indexOf('@') + 1)
  const letter = await stage.receivers.get(domain)?.mailTo(recipient, NOTICE_MS)
  const notice = await passwordFor(recipient, stage)
  if (letter === undefined || notice === undefined) return [`no password for ${recipient} was told`]
  line(`  empfang@${PRACTICE} was told the password: ${notice}`)
  await mkdir(LETTER_DIRECTORY, { recursive: true })
  const file = join(LETTER_DIRECTORY, 'letter.html')
  await writeFile(file, await attachmentOf(letter.message))
  const opened = existsSync(CHROMIUM)
    ? await inBrowser(file, notice, line)
    : await byHand(letter.message, notice, stage, line)
  if (!opened.includes('Guten Tag.')) return ['the letter does not say what was sent']
  line(`  ${paint.green('It says what was sent.')} The letter is ${file}; open it yourself.`)
  return []
}

/** What the notice about the recipient tells the sender. */
async function passwordFor(recipient: string, stage: LaneStage): Promise<string | undefined> {
  const inside = stage.receivers.get(PRACTICE)
  for (const end = Date.now() + NOTICE_MS; Date.now() < end;) {
    const notice = await inside?.mailTo(`empfang@${PRACTICE}`, NOTICE_MS)
    const text = notice?.message.toString() ?? ''
    if (text.includes(recipient)) return /\n {4}(\S+)\r?\n/.exec(text)?.[1]
  }
  return undefined
}

async function attachmentOf(message: Buffer): Promise<Buffer> {
  const mail = mailFromText(message.toString('latin1'))
  const part = [...mail.leaves()].at(-1)
  const pieces: Buffer[] = []
  if (part !== undefined) for await (const chunk of mail.decoded(part)) pieces.push(chunk)
  return Buffer.concat(pieces)
}

/** Looks as a recipient looks, on a computer and on a telephone; gives the text of the page. */
async function inBrowser(
  file: string,
  password: string,
  line: (text?: string) => void,
): Promise<string> {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  try {
    let text = ''
    for (const { name, width, height, colorScheme } of VIEWS) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'de' })
      await page.goto(pathToFileURL(file).href)
      await page.fill('#password', password)
      await page.click('#open')
      await page.waitForSelector('#opened', { state: 'visible', timeout: NOTICE_MS })
      const picture = join(LETTER_DIRECTORY, `letter-${name}.png`)
      await page.screenshot({ path: picture })
      line(`  opened in Chromium, ${name}: ${picture}`)
      text = await page.innerText('#opened')
      await page.close()
    }
    return text
  } finally {
    await browser.close()
  }
}

const VIEWS = [
  { name: 'computer', width: 1200, height: 800, colorScheme: 'light' },
  { name: 'telephone', width: 390, height: 844, colorScheme: 'dark' },
] as const

async function byHand(
  message: Buffer,
  password: string,
  { config, directory }: LaneStage,
  line: (text?: string) => void,
): Promise<string> {
  line('  Chromium is not there, so no browser shows it; postseal open opens it.')
  const [mail, secret] = [join(directory, 'letter.eml'), join(directory, 'password')]
  await writeFile(mail, message)
  await writeFile(secret, password, { mode: 0o600 })
  const opened = join(directory, 'opened.eml')
  await runPostseal(config, ['open', mail, '--password-file', secret, '--output', opened])
  return readFile(opened, 'utf8')
}
