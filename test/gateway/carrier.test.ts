import t from 'tap'
import { holdsForm, readCarrier } from '../../src/gateway/carrier.js'
import { noise } from '../support/container-bytes.js'

const PAYLOAD = noise(400).toString('base64')
const ACTION = 'https://mail.example/web.app?op=init'
const form = (inside: string, attributes = `method="post" action="${ACTION}"`): string =>
  `<html><title>Secure</title><form ${attributes}>${inside}<input type="submit" value="OK"></form>`
const hidden = (value: string): string => `<input type="hidden" name="a" value="${value}">`

t.test('a form with its payload is a carrier', async t => {
  const carrier = await readCarrier(form(hidden(PAYLOAD)))
  t.equal(carrier?.action.href, ACTION)
  t.equal(carrier?.text.replace(/\s+/g, ' ').trim(), 'Secure OK')
  const halves = hidden(PAYLOAD.slice(0, 200)) + hidden(PAYLOAD.slice(200))
  t.equal((await readCarrier(form(halves)))?.action.pathname, '/web.app')
})

t.test('what is none', async t => {
  const prose = Buffer.from('Befund und Diagnose, vertraulich. '.repeat(20)).toString('base64')
  const cases: [string, string][] = [
    ['text', 'Befund'],
    ['no payload', form('')],
    ['too little', form(hidden(PAYLOAD.slice(0, 120)))],
    ['a payload of text', form(hidden(prose))],
    ['a payload that is seen', form(`<input type="text" value="${PAYLOAD}">`)],
    ['a payload outside the form', `${form('')}${hidden(PAYLOAD)}`],
    ['a form that gets', form(hidden(PAYLOAD), `action="${ACTION}"`)],
    ['a form to http', form(hidden(PAYLOAD), 'method=post action="http://a.example/web.app"')],
    ['a form to nowhere', form(hidden(PAYLOAD), 'method=post action="/web.app"')],
    ['two forms', form(hidden(PAYLOAD)) + form('')],
    ['very many elements', form(hidden(PAYLOAD) + '<p>'.repeat(150_000))],
  ]
  for (const [name, html] of cases) t.equal(await readCarrier(html), undefined, name)
  t.ok(cases.length > 0)
})

t.test('a payload as large as a mail is taken out, and nothing else with it', async t => {
  const payload = noise(3_000_000).toString('base64')
  const large = await readCarrier(form(hidden(payload)))
  t.equal(large?.text.replace(/\s+/g, ' ').trim(), 'Secure OK')
  const cases: [name: string, html: string][] = [
    ['single quotes', hidden(payload).replaceAll('"', "'")],
    ['no quotes', `<input type=hidden name=a value=${PAYLOAD.replaceAll('=', '')}>`],
    ['an entity in it', hidden(PAYLOAD.replace(/^./, letter => `&#${letter.charCodeAt(0)};`))],
    ['twice', hidden(PAYLOAD) + hidden(PAYLOAD)],
  ]
  for (const [name, inside] of cases) {
    const { text } = (await readCarrier(form(inside))) ?? {}
    t.equal(text?.replace(/\s+/g, ' ').trim(), 'Secure OK', name)
  }
  // With the payload gone from its name, the element would be one whose text nobody shows.
  const hiding = `<style${PAYLOAD}>Befund</style${PAYLOAD}>`
  t.match((await readCarrier(form(hidden(PAYLOAD) + hiding)))?.text, /Befund/)
})

t.test('very many pieces are taken out, unless each has to be searched for', async t => {
  const piece = (at: number): string =>
    hidden(PAYLOAD.slice(0, 40 + (at % 400)) + String(at).padStart(8, '0'))
  const pieces = Array.from({ length: 20_000 }, (_, at) => piece(at))
  const whole = await readCarrier(form(pieces.join('')))
  t.equal(whole?.text.replace(/\s+/g, ' ').trim(), 'Secure OK')
  t.equal(await readCarrier(form(pieces.join('').replaceAll('"', "'"))), undefined)
})

t.test('a form is found wherever it starts', async t => {
  const html = Buffer.from(`${' '.repeat(500)}<FORM>${' '.repeat(500)}`)
  for (const size of [1, 2, 3, 7, 502, 2000]) {
    const chunks: Buffer[] = []
    for (let at = 0; at < html.length; at += size) chunks.push(html.subarray(at, at + size))
    t.equal(await holdsForm(chunks), true, `in chunks of ${size}`)
  }
  t.equal(await holdsForm([Buffer.from('<p>form</p><'), Buffer.from(' form>')]), false)
  t.equal(await holdsForm([]), false)
})
