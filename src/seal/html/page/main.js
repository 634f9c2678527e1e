import { LANGUAGE_NAMES, TEXTS } from './texts.js'
import {
  bytesOf,
  coveredBytes,
  openContainer,
  sealAnswer,
  secretOf,
  splitPayload,
} from './container.js'
import {
  $,
  cleanName,
  frameFor,
  listFiles,
  plain,
  saveBytes,
  say,
  show,
  withImages,
} from './show.js'
import { MAX_ANSWER, answerFile, answerView, listAnswerFiles, takeSkeleton } from './answer.js'

const TAG_BYTES = 32

/* Until the file's own has been read, or where it is damaged. */
let style = { company: '', contact: '', colour: '', language: 'en', logo: [] }
let skeleton
let styleText
let tag
let texts = TEXTS.en
let language = 'en'
let state = 'loading'
let held
let opened
let secret
let answerFiles = []

/* What the file holds, taken out of the page; throws where it is damaged. */
function takeParts() {
  const elements = [...document.querySelectorAll('.letter-data')]
  const chunks = elements.map(element => element.textContent)
  /* The text is held once. */
  for (const element of elements) element.remove()
  skeleton = takeSkeleton()
  const textOf = id => $(id).textContent.trim()
  styleText = textOf('letter-style')
  style = checkStyle(JSON.parse(styleText))
  tag = bytesOf(textOf('letter-tag'))
  if (tag.length !== TAG_BYTES) throw new Error('tag')
  return { headerText: textOf('letter-header'), chunks }
}

function checkStyle(read) {
  const texts = [read.company, read.contact, read.colour, read.language, ...read.logo]
  if (!texts.every(text => typeof text === 'string')) throw new Error('style')
  return read
}

function put(id, text) {
  $(id).textContent = text
}

function speak(wanted) {
  language = wanted
  texts = TEXTS[wanted]
  document.documentElement.lang = wanted
  $('language').value = wanted
  const isAnswer = held?.header.kind === 'answer'
  const title = isAnswer ? texts.answerTitle : texts.title
  document.title = title
  for (const [id, text] of [
    ['language-label', texts.language],
    ['locked-title', title],
    ['locked-why', texts.why],
    ['password-label', texts.password],
    ['password-hint', texts.hint],
    ['reveal', $('password').type === 'text' ? texts.hide : texts.show],
    ['open', texts.open],
    ['where', texts.where],
    ['where-text', texts.whereText],
    ['contact', `${texts.contact} ${style.contact}`],
    ['from-label', texts.from],
    ['to-label', texts.to],
    ['date-label', texts.date],
    ['as-html', texts.asHtml],
    ['as-text', texts.asText],
    ['cut', texts.cut],
    ['files-title', texts.files],
    ['save-mail', texts.saveMail],
    ['start-answer', texts.startAnswer],
    ['close', texts.close],
    ['answer-title', texts.startAnswer],
    ['answer-why', texts.answerWhy],
    ['answer-label', texts.answerText],
    ['answer-files-label', texts.answerFiles],
    ['save-answer', texts.saveAnswer],
    ['offline', texts.offline],
  ])
    put(id, text)
  for (const [at, item] of [...$('answer-steps').children].entries()) {
    item.textContent = texts.steps[at]
  }
  for (const id of ['unlock-status', 'saved', 'answer-status']) say(id, '')
  show('answer-steps', false)
  show('contact', style.contact !== '')
  if (state === 'opened') fill()
}

function fail(title, text) {
  state = 'failed'
  document.documentElement.className = 'js ready'
  show('locked', false)
  show('failed', true)
  const [heading, paragraph] = $('failed').children
  heading.textContent = texts[title]
  paragraph.textContent = texts[text]
}

function dress() {
  put('company', style.company)
  const logo = style.logo.join('')
  if (logo !== '') {
    $('logo').src = logo
    $('logo').alt = style.company
    show('logo', true)
    $('company').className = 'hidden-label'
  }
  if (!/^#[0-9a-f]{6}$/i.test(style.colour)) return
  const [red, green, blue] = [1, 3, 5].map(at =>
    Number.parseInt(style.colour.slice(at, at + 2), 16),
  )
  const isLight = 0.299 * red + 0.587 * green + 0.114 * blue > 150
  document.documentElement.style.setProperty('--accent', style.colour)
  document.documentElement.style.setProperty('--on-accent', isLight ? '#111111' : '#ffffff')
  if (isLight) document.documentElement.style.setProperty('--link', 'inherit')
}

function fill() {
  const { view, data } = opened
  put('subject', plain(view.subject) || texts.noSubject)
  put('from', plain(view.from))
  put('to', plain(view.to))
  const format = { dateStyle: 'full', timeStyle: 'short' }
  put('date', view.date === null ? '' : new Intl.DateTimeFormat(language, format).format(view.date))
  put('text', view.text ?? (view.html === null ? texts.noText : ''))
  listFiles(view.files, data, texts, language)
  listAnswerFiles(answerFiles, texts, language, removeAnswerFile)
  show('cut', view.cut)
  show('save-mail', view.mail !== null)
  show('start-answer', held.header.kind === 'letter')
  $('html').firstElementChild?.setAttribute('title', texts.frame)
}

function choose(isHtml) {
  $('as-html').setAttribute('aria-pressed', String(isHtml))
  $('as-text').setAttribute('aria-pressed', String(!isHtml))
  show('html', isHtml)
  show('text', !isHtml)
}

async function unlock(event) {
  event.preventDefault()
  const password = $('password').value
  if (password.trim() === '') return refuse(texts.empty)
  $('open').disabled = true
  $('password').removeAttribute('aria-invalid')
  say('unlock-status', texts.opening)
  try {
    secret = await secretOf(password)
    const payload = await openContainer(held, tag, secret)
    if (payload === undefined) return refuse(texts.wrong)
    opened = splitPayload(payload)
    await present()
  } catch {
    fail('broken', 'brokenText')
  } finally {
    $('open').disabled = false
  }
}

function refuse(text) {
  say('unlock-status', text, 'bad')
  $('password').setAttribute('aria-invalid', 'true')
  $('password').focus()
  $('password').select()
}

async function present() {
  const { view, data } = opened
  state = 'opened'
  $('password').value = ''
  say('unlock-status', '')
  fill()
  if (view.html !== null) {
    const html = await withImages(view.html, view.files, data)
    show('opened', true)
    $('html').append(frameFor(html, texts.frame))
  }
  show('forms', view.html !== null && view.text !== null)
  choose(view.html !== null)
  show('locked', false)
  show('opened', true)
  document.title = plain(view.subject) || texts.noSubject
  $('subject').focus()
}

function removeAnswerFile(file) {
  answerFiles = answerFiles.filter(one => one !== file)
  listAnswerFiles(answerFiles, texts, language, removeAnswerFile)
}

async function answer(event) {
  event.preventDefault()
  const text = $('answer-text').value
  if (text.trim() === '' && answerFiles.length === 0)
    return say('answer-status', texts.nothing, 'bad')
  if (answerFiles.reduce((sum, { size }) => sum + size, 0) > MAX_ANSWER)
    return say('answer-status', texts.tooMuch, 'bad')
  $('save-answer').disabled = true
  say('answer-status', texts.sealing)
  try {
    const files = await Promise.all(
      answerFiles.map(async file => ({
        name: file.name,
        type: file.type,
        bytes: new Uint8Array(await file.arrayBuffer()),
      })),
    )
    const pieces = files.map(({ bytes }) => bytes)
    const view = answerView(opened.view, text, files)
    const sealed = await sealAnswer(view, pieces, secret, held.header)
    const name = `${texts.answerName}-${held.header.ref}.html`
    saveBytes(answerFile(skeleton, styleText, sealed), name)
    say('answer-status', `${texts.saved} ${name}`, 'good')
    const [first, second] = $('answer-steps').children
    first.textContent = `${texts.steps[0]} ${opened.view.sender}`
    second.textContent = `${texts.steps[1]} ${name}`
    show('answer-steps', true)
  } catch {
    say('answer-status', texts.failedFile, 'bad')
  } finally {
    $('save-answer').disabled = false
  }
}

function listen() {
  $('language').addEventListener('change', () => speak($('language').value))
  $('unlock').addEventListener('submit', event => void unlock(event))
  $('reveal').addEventListener('click', () => {
    const isShown = $('password').type === 'password'
    $('password').type = isShown ? 'text' : 'password'
    $('reveal').setAttribute('aria-pressed', String(isShown))
    put('reveal', isShown ? texts.hide : texts.show)
    $('password').focus()
  })
  $('as-html').addEventListener('click', () => choose(true))
  $('as-text').addEventListener('click', () => choose(false))
  $('save-mail').addEventListener('click', () => {
    const { view, data } = opened
    saveBytes([data.subarray(view.mail.start, view.mail.end)], view.mail.name)
    say('saved', `${texts.saved} ${cleanName(view.mail.name)}`, 'good')
  })
  $('start-answer').addEventListener('click', () => {
    show('answer', true)
    $('start-answer').setAttribute('aria-expanded', 'true')
    $('answer-text').focus()
  })
  $('answer-files').addEventListener('change', () => {
    answerFiles = [...answerFiles, ...$('answer-files').files]
    $('answer-files').value = ''
    listAnswerFiles(answerFiles, texts, language, removeAnswerFile)
  })
  $('answer').addEventListener('submit', event => void answer(event))
  $('close').addEventListener('click', () => location.reload())
}

function firstLanguage() {
  for (const tag of navigator.languages ?? [navigator.language]) {
    const wanted = tag.toLowerCase().split('-')[0]
    if (wanted in TEXTS) return wanted
  }
  return style.language in TEXTS ? style.language : 'en'
}

async function main() {
  let parts
  try {
    parts = takeParts()
  } catch {
    /* Told below, in the reader's language. */
  }
  for (const [code, name] of Object.entries(LANGUAGE_NAMES))
    $('language').append(new Option(name, code))
  dress()
  speak(firstLanguage())
  document.documentElement.className = 'js started'
  if (parts === undefined) return fail('broken', 'brokenText')
  if (!globalThis.isSecureContext || globalThis.crypto?.subtle === undefined)
    return fail('noCrypto', 'noCryptoText')
  held = await coveredBytes(parts.headerText, parts.chunks)
  state = 'locked'
  speak(language)
  listen()
  document.documentElement.className = 'js ready'
  show('locked', true)
  $('password').focus()
}

/* Where the page itself is damaged there may be no place to say so: then the plain text stands. */
function stop() {
  try {
    fail('broken', 'brokenText')
  } catch {
    document.documentElement.className = ''
  }
}

main().catch(stop)
