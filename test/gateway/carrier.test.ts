import t from 'tap'
import { readCarrier } from '../../src/gateway/carrier.js'
import { noise } from '../support/container-bytes.js'

const PAYLOAD = noise(400).toString('base64')
const ACTION = 'https://mail.example/web.app?op=init'
const form = (inside: string, attributes = `method="post" action="${ACTION}"`): string =>
  `<html><title>Secure</title><form ${attributes}>${inside}<input type="submit" value="OK"></form>`
const hidden = (value: string): string => `<input type="hidden" name="a" value="${value}">`

t.test('a form with its payload is a carrier', async t => {
  const carrier = readCarrier(form(hidden(PAYLOAD)))
  t.equal(carrier?.action.href, ACTION)
  t.equal(carrier?.text.replace(/\s+/g, ' ').trim(), 'Secure OK')
  const halves = hidden(PAYLOAD.slice(0, 200)) + hidden(PAYLOAD.slice(200))
  t.equal(readCarrier(form(halves))?.action.pathname, '/web.app')
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
  for (const [name, html] of cases) t.equal(readCarrier(html), undefined, name)
  t.ok(cases.length > 0)
})
