import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { buildMail } from 'postseal/testkit'
import { sealAsHtml } from '../../src/seal/html/html-format.js'
import { readerPage } from '../../src/seal/html/page.js'
import { readLetterFile } from '../../src/seal/html/read-letter-file.js'
import { answerIn, openLetter } from '../../src/seal/open-letter.js'
import { openFirefox, openWebKit, type LetterBrowser } from '../support/letter-browser.js'
import { countCalls, hostileHtml, uncleanLetter } from '../support/letter-files.js'
import { CLINIC_MAIL, clinicMail, fileIn, PASSWORD, sampleOrder } from '../support/seal-samples.js'

/** Letters in real browsers, opened from a file as a recipient does. */
t.setTimeout(240_000)

const { signal } = new AbortController()
const folder = t.testdir()
const calls = await countCalls()
t.teardown(calls.close)

function put(name: string, bytes: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return `file://${path}`
}

const LARGE = Buffer.alloc(15_000_000, 'a large file, ')
const SMALL_LETTER = put(
  'small.html',
  await fileIn(await sealAsHtml(sampleOrder(clinicMail()), signal)),
)
const LARGE_LETTER = put(
  'large.html',
  await fileIn(
    await sealAsHtml(
      sampleOrder(
        buildMail({
          subject: 'large',
          text: 'hello',
          attachments: [{ name: 'large.bin', bytes: LARGE }],
        }),
      ),
      signal,
    ),
  ),
)
const HOSTILE_LETTER = put(
  'hostile.html',
  await uncleanLetter(clinicMail(), {
    html: hostileHtml(calls.port),
    subject: '<img src=x onerror="top.pwned = 9">',
    from: '\u202E<script>top.pwned = 10</script>',
    files: [
      {
        name: '..\\../\u202Egpj.exe',
        type: 'text/html',
        encoding: 'identity',
        start: 0,
        end: 5,
        cid: null,
      },
    ],
  }),
)

/** In the page; the hostile letter is only opened. */
const WALK = `async (password, isShort) => {
  const $ = id => document.getElementById(id)
  const until = async test => {
    for (let tries = 0; tries < 2500; tries += 1) {
      if (test()) return
      await new Promise(done => setTimeout(done, 20))
    }
    throw new Error('it never came to ' + test)
  }
  const blobs = []
  const make = URL.createObjectURL
  URL.createObjectURL = blob => {
    blobs.push(blob)
    return make.call(URL, blob)
  }
  await until(() => !$('locked').hidden)
  if (!isShort) {
    $('password').value = 'wrong'
    $('open').click()
    await until(() => $('unlock-status').classList.contains('bad'))
  }
  const wrong = $('opened').hidden
  $('password').value = password
  $('open').click()
  await until(() => !$('opened').hidden)
  const list = $('file-list')
  list.querySelector('button')?.click()
  await until(() => list.querySelector('button') === null || blobs.length > 0)
  const fileSize = blobs[0]?.size ?? 0
  if (!isShort) {
    $('start-answer').click()
    $('answer-text').value = 'Danke'
    $('save-answer').click()
    await until(() => $('answer-status').classList.contains('good'))
  }
  const frame = document.querySelector('#html > iframe')
  // Its document comes later than the frame.
  await until(() => frame === null || frame.contentDocument.getElementById('text') !== null)
  return {
    wrong,
    subject: $('subject').textContent,
    files: [...list.querySelectorAll('span')].map(name => name.textContent).join(),
    fileSize,
    answer: await blobs[blobs.length - 1].text(),
    frame: frame?.contentDocument.getElementById('text').textContent ?? '',
    pwned: window.pwned ?? null,
    protocol: location.protocol,
  }
}`

await t.test('Chromium', async t => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  t.teardown(() => browser.close())

  await t.test('a wrong password is refused clearly, the right one opens', async t => {
    const page = await openPage(browser, SMALL_LETTER, { locale: 'de-CH' })
    t.equal(await page.title(), 'Vertrauliche Nachricht')
    t.equal(await page.evaluate('document.activeElement?.id'), 'password', 'one can type at once')
    await unlock(page, 'KZ7M-QP4L-9TVA-HR2E')
    await page.waitForSelector('#unlock-status.bad')
    t.match(await page.innerText('#unlock-status'), /Passwort stimmt nicht/)
    t.equal(await page.getAttribute('#password', 'aria-invalid'), 'true')
    await unlock(page, 'kz7m qp4l 9tva hr2d')
    await page.waitForSelector('#opened', { state: 'visible' })
    t.equal(await page.innerText('#subject'), 'Ihr Befund vom 24. November')
    t.equal(await page.innerText('#from'), 'Praxis Dr. Anna Beispiel <anna@in.example>')
    t.match(await page.innerText('#date'), /Montag, 30\. November 2026/)
    t.equal(
      await page.evaluate('document.activeElement?.id'),
      'subject',
      'a screen reader begins there',
    )
    const frame = page.frameLocator('#html iframe')
    t.equal(await frame.locator('p').innerText(), 'Der Befund liegt bei. ')
    t.match(await frame.locator('img').getAttribute('src'), /^data:image\/png;base64,iVBOR/)
    await page.click('#as-text')
    t.equal(await page.innerText('#text'), 'Sehr geehrte Frau Müller\n\nDer Befund liegt bei.')
    t.equal(await page.inputValue('#password'), '', 'the password does not stay in its field')
    await page.click('#close')
    await page.waitForSelector('#locked', { state: 'visible' })
    t.equal(await page.locator('#html iframe').count(), 0, 'closed, nothing of it is left')
  })

  await t.test('files and the whole message are saved as they were', async t => {
    const page = await openPage(browser, SMALL_LETTER)
    await unlock(page, PASSWORD)
    await page.waitForSelector('#opened', { state: 'visible' })
    const names = await page.locator('#file-list span').allInnerTexts()
    t.same(names, ['Befund Müller.pdf', 'message-3.eml'], 'the image in the text is no file')
    const file = await saved(page, '#file-list button >> nth=0')
    t.same([file.name, file.bytes.toString()], ['Befund Müller.pdf', '%PDF-1.4\nhello\n'])
    const whole = await saved(page, '#save-mail')
    t.equal(whole.name, 'Ihr Befund vom 24. November.eml')
    t.ok(whole.bytes.toString().endsWith(CLINIC_MAIL.slice(CLINIC_MAIL.indexOf('MIME-Version'))))
  })

  await t.test('an answer is sealed, opens here and at the gateway, by keyboard alone', async t => {
    const page = await openPage(browser, SMALL_LETTER, { locale: 'fr-CH' })
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#opened', { state: 'visible' })
    await page.focus('#start-answer')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Merci pour le résultat.\nEva M')
    await page.setInputFiles('#answer-files', [
      { name: 'Überweisung.txt', mimeType: 'text/plain', buffer: Buffer.from('hallo') },
      { name: 'weg.txt', mimeType: 'text/plain', buffer: Buffer.from('weg') },
    ])
    await page.click('#answer-list button >> nth=1')
    const { name, bytes } = await saved(page, '#save-answer')
    t.equal(name, 'reponse-7k2m9q4v1p3t8s6r0abc.html')
    t.match(await page.innerText('#answer-steps'), /anna@in\.example/)
    const answer = answerIn(await openLetter(bytes, PASSWORD, signal))
    t.match(answer, { reference: '7k2m9q4v1p3t8s6r0abc', text: 'Merci pour le résultat.\nEva M' })
    t.same(
      answer.files.map(({ name, content }) => [name, content.toString()]),
      [['Überweisung.txt', 'hallo']],
    )
    await checkPage(t, bytes)
    const other = await openPage(browser, put('answer.html', bytes), { locale: 'fr-CH' })
    t.equal(await other.title(), 'Réponse confidentielle')
    await unlock(other, PASSWORD)
    await other.waitForSelector('#opened', { state: 'visible' })
    t.equal(await other.innerText('#text'), 'Merci pour le résultat.\nEva M')
    t.equal(await other.isVisible('#start-answer'), false, 'an answer is not answered here')
  })

  await t.test('it speaks the language of the browser, or the one that is chosen', async t => {
    const words = {
      'it-CH': 'Messaggio riservato',
      'en-GB': 'Confidential message',
      'ja-JP': 'Vertrauliche Nachricht',
    }
    for (const [locale, title] of Object.entries(words)) {
      const page = await openPage(browser, SMALL_LETTER, { locale })
      t.equal(await page.innerText('#locked-title'), title, locale)
      await page.selectOption('#language', 'fr')
      t.equal(await page.innerText('#locked-title'), 'Message confidentiel')
      t.equal(await page.getAttribute('html', 'lang'), 'fr')
    }
  })

  await t.test('on a phone nothing is wider than the screen, in light and dark', async t => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPage(browser, SMALL_LETTER, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      })
      const widest = (): Promise<number> =>
        page.evaluate<number>('document.documentElement.scrollWidth')
      t.equal(await widest(), 320)
      await unlock(page, PASSWORD)
      await page.waitForSelector('#opened', { state: 'visible' })
      await page.click('#start-answer')
      t.equal(await widest(), 320, colorScheme)
    }
  })

  await t.test('every field and button has a name, and every heading is one', async t => {
    const page = await openPage(browser, SMALL_LETTER, { locale: 'en-GB' })
    t.equal(await page.getByLabel('Password', { exact: true }).getAttribute('type'), 'password')
    await page.getByRole('button', { name: 'Show' }).click()
    t.equal(await page.getByRole('textbox', { name: 'Password' }).getAttribute('type'), 'text')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('heading', { name: 'Ihr Befund', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Answer encrypted' }).click()
    t.equal(await page.getByRole('textbox', { name: 'Your answer' }).count(), 1)
    t.equal(await page.getByRole('button', { name: 'Save: Befund Müller.pdf' }).count(), 1)
    t.equal(await page.getByRole('combobox', { name: 'Language' }).count(), 1)
    t.equal(await page.locator('iframe').getAttribute('title'), 'Message')
  })

  await t.test('where scripts or cryptography are missing it says what to do', async t => {
    const page = await openPage(browser, SMALL_LETTER, { javaScriptEnabled: false })
    t.match(
      await page.innerText('#plain'),
      /verschlüsselter Brief[^]*lettre chiffrée[^]*lettera cifrata[^]*encrypted letter/,
    )
    t.equal(await page.isVisible('#locked'), false)
    const context = await browser.newContext({ locale: 'en-GB' })
    await context.addInitScript(
      "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
    )
    const other = await context.newPage()
    await other.goto(SMALL_LETTER)
    await other.waitForSelector('#failed', { state: 'visible' })
    t.match(
      await other.innerText('#failed'),
      /cannot open the letter here[^]*Safari, Chrome, Firefox or Edge/,
    )
  })

  await t.test('a damaged file is told from a wrong password where that can be', async t => {
    const file = readFileSync(SMALL_LETTER.slice(7), 'latin1')
    const cut = file.replace(/(class="letter-data">\r\n.{200})[^<]*/, '$1')
    const page = await openPage(browser, put('cut.html', Buffer.from(cut, 'latin1')), {
      locale: 'en-GB',
    })
    await page.waitForSelector('#failed', { state: 'visible' })
    t.match(await page.innerText('#failed'), /The file is damaged/)
  })

  await t.test('20 MB open, and the file comes out whole', async t => {
    const page = await openPage(browser, LARGE_LETTER)
    await unlock(page, PASSWORD)
    await page.waitForSelector('#opened', { state: 'visible', timeout: 60_000 })
    const { bytes } = await saved(page, '#file-list button')
    t.ok(bytes.equals(LARGE))
  })

  await t.test('a hostile message acts on nothing and calls nobody', async t => {
    const page = await openPage(browser, HOSTILE_LETTER)
    const requests: string[] = []
    page.on('requestfinished', request => requests.push(request.url()))
    page.on('requestfailed', request => {
      if (request.failure()?.errorText !== 'csp') requests.push(request.url())
    })
    await unlock(page, PASSWORD)
    await page.waitForSelector('#opened', { state: 'visible' })
    const frame = page.frameLocator('#html > iframe')
    t.equal(await frame.locator('#text').innerText(), 'harmless text')
    await frame.locator('#link').click()
    t.match(await page.evaluate('[window.pwned, location.protocol]'), [undefined, 'file:'])
    t.equal(await page.innerText('#subject'), '<img src=x onerror="top.pwned = 9">')
    t.same(
      requests.filter(url => !/^(?:data|about):/.test(url)),
      [],
    )
    t.equal(calls.calls(), 0)
    const file = await saved(page, '#file-list button >> nth=0')
    t.equal(file.name, 'gpj.exe', 'beside all others, and for what it is')
  })
})

for (const [name, open] of [
  ['Firefox', openFirefox],
  ['WebKitGTK', openWebKit],
] as const) {
  await t.test(name, async t => {
    const browser = await open()
    t.teardown(() => browser.close())
    const large = await walk(browser, LARGE_LETTER)
    t.match(large, { wrong: true, subject: 'large', files: 'large.bin', pwned: null })
    t.equal(large.fileSize, LARGE.length)
    const answer = Buffer.from(large.answer, 'latin1')
    await checkPage(t, answer)
    const opened = answerIn(await openLetter(answer, PASSWORD, signal))
    t.same([opened.text, opened.files], ['Danke', []])
    const hostile = await walk(browser, HOSTILE_LETTER, true)
    t.match(hostile, { pwned: null, frame: 'harmless text', protocol: 'file:' })
    t.equal(calls.calls(), 0)
  })
}

async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    timezoneId: 'Europe/Zurich',
    acceptDownloads: true,
    ...options,
  })
  await context.setOffline(true)
  const page = await context.newPage()
  await page.goto(url)
  if (options.javaScriptEnabled !== false)
    await page.waitForSelector('html.ready', { state: 'attached', timeout: 60_000 })
  return page
}

async function unlock(page: Page, password: string): Promise<void> {
  await page.fill('#password', password)
  await page.click('#open')
}

async function saved(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent('download')
  await page.click(button)
  const download = await coming
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}

/** The page of an answer is the page of the letter, so that a detector knows it. */
async function checkPage(t: Pick<Test, 'equal'>, answer: Buffer): Promise<void> {
  const { before, after } = await readLetterFile(answer, signal)
  t.equal(before, readerPage().before)
  t.equal(after.trimEnd(), readerPage().after)
}

interface Walk {
  readonly wrong: boolean
  readonly subject: string
  readonly frame: string
  readonly files: string
  readonly fileSize: number
  readonly answer: string
  readonly pwned: unknown
  readonly protocol: string
}

/** A recipient's way through a letter, in the page itself: what is saved is caught where it is made. */
async function walk(browser: LetterBrowser, url: string, isShort = false): Promise<Walk> {
  await browser.open(url)
  return (await browser.run(`return (${WALK})(${JSON.stringify(PASSWORD)}, ${isShort})`)) as Walk
}
