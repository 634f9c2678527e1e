import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createAskServer } from '../../src/ask/server.js'
import { newToken, tokenDigest } from '../../src/ask/token.js'
import { questionDatabase, type QuestionDatabase } from '../support/ask-gateway.js'
import { recordLog } from '../support/log-recorder.js'
import { sampleNewQuestion, sampleQuestion } from '../support/question-samples.js'

const ID = sampleQuestion().id
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const BASE = 'https://ask.example'

interface Serving extends QuestionDatabase {
  readonly app: ReturnType<typeof createAskServer>
  readonly token: string
  readonly logged: ReturnType<typeof recordLog>
  later(ms: number): void
}

/** A server with one question that is open until 1,000,000 ms. */
async function serving(
  t: Test,
  changes: Parameters<typeof sampleNewQuestion>[0] = {},
): Promise<Serving> {
  let at = 5000
  const now = (): number => at
  const database = await questionDatabase(t, now)
  await database.questions.ask(sampleNewQuestion(changes))
  const token = newToken()
  await database.questions.addToken(ID, tokenDigest(token) ?? '')
  const logged = recordLog(t)
  const app = createAskServer({
    questions: database.questions,
    baseUrl: BASE,
    key: Buffer.alloc(32, 7),
    language: 'en',
    log: logged.log,
    now,
    timeZone: 'UTC',
  })
  t.teardown(() => app.close())
  return { ...database, app, token, logged, later: ms => void (at += ms) }
}

/** The form of a page with a choice, as a browser posts it. */
function formOf(page: string, choice: string): string {
  const proof = /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? ''
  return new URLSearchParams({ proof, choice }).toString()
}

async function choose(s: Serving, choice: string, headers: Record<string, string> = {}) {
  const page = await s.app.inject({ url: `/a/${s.token}` })
  return s.app.inject({
    method: 'POST',
    url: `/a/${s.token}`,
    headers: { ...FORM, origin: 'null', 'sec-fetch-site': 'same-origin', ...headers },
    payload: formOf(page.body, choice),
  })
}

t.test(
  'the page shows why, to whom and what may be chosen, and says it to nobody else',
  async t => {
    const s = await serving(t)
    const page = await s.app.inject({ url: `/a/${s.token}`, headers: { 'accept-language': 'de' } })
    t.equal(page.statusCode, 200)
    t.match(page.headers, {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-type': 'text/html; charset=utf-8',
    })
    t.match(
      page.headers['content-security-policy'],
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; frame-ancestors 'none'/,
    )
    t.match(page.body, '<html lang="de">')
    t.match(page.body, 'bob@x.example')
    t.match(page.body, 'the transport is not qualified')
    for (const word of ['VERSIEGELN', 'SENDEN', 'ABBRECHEN'])
      t.match(page.body, `>${word}</button>`)
    t.notMatch(page.body, /<script|<img|<link|src=|href=/)
    t.notMatch(page.body, s.token, 'the form goes to where the page is')
  },
)

t.test('looking changes nothing, whoever looks and however often', async t => {
  const s = await serving(t)
  const methods = ['GET', 'HEAD', 'GET', 'OPTIONS', 'PUT', 'DELETE'] as const
  for (const method of methods) {
    await s.app.inject({ method, url: `/a/${s.token}` })
    await s.app.inject({ method, url: `/a/${s.token}?choice=send&proof=x` })
  }
  t.match(await s.questions.question(ID), { state: 'open' })
})

t.test('the form answers, once', async t => {
  for (const choice of ['seal', 'send', 'cancel']) {
    const s = await serving(t)
    const done = await choose(s, choice)
    t.equal(done.statusCode, 200, choice)
    t.match(await s.questions.question(ID), { state: 'answered', answer: choice, way: 'link' })
    const again = await choose(s, 'cancel')
    t.equal(again.statusCode, 404)
    t.match(await s.questions.question(ID), { answer: choice })
    t.match(await s.audit(), [{ act: 'ask-answer' }])
    t.notMatch(JSON.stringify(s.logged.lines), s.token)
  }
})

t.test('used, over, unknown and malformed look the same', async t => {
  const used = await serving(t)
  await choose(used, 'seal')
  const over = await serving(t)
  over.later(1_000_000)
  const looks = [
    await used.app.inject({ url: `/a/${used.token}` }),
    await over.app.inject({ url: `/a/${over.token}` }),
    await over.app.inject({ url: `/a/${newToken()}` }),
    await over.app.inject({ url: '/a/x' }),
    await over.app.inject({ url: `/a/${'x'.repeat(500)}` }),
    await over.app.inject({ url: '/' }),
    await over.app.inject({ url: '/a/%ff' }),
    await over.app.inject({ method: 'POST', url: `/a/${newToken()}`, headers: FORM, payload: '' }),
  ]
  const [first] = looks
  for (const { statusCode, body } of looks) {
    t.equal(statusCode, 404)
    t.equal(body, first?.body)
  }
})

t.test('a form from elsewhere, or one that was never shown, has no effect', async t => {
  const s = await serving(t)
  const page = await s.app.inject({ url: `/a/${s.token}` })
  const right = formOf(page.body, 'send')
  const other = formOf(page.body.replace(/value="[^"]+"/, 'value="guess"'), 'send')
  const cases: readonly (readonly [name: string, headers: Record<string, string>, body: string])[] =
    [
      ['another site', { ...FORM, 'sec-fetch-site': 'cross-site' }, right],
      ['a neighbour', { ...FORM, 'sec-fetch-site': 'same-site' }, right],
      ['another origin', { ...FORM, origin: 'https://evil.example' }, right],
      ['no proof', FORM, 'choice=send'],
      ['another proof', FORM, other],
      ['two choices', FORM, `${right}&choice=seal`],
      ['no choice', FORM, right.replace('choice=send', 'choice=deliver')],
      ['JSON', { 'content-type': 'application/json' }, '{"choice":"send"}'],
      ['much', FORM, `${right}&x=${'y'.repeat(2000)}`],
    ]
  for (const [name, headers, payload] of cases) {
    const reply = await s.app.inject({ method: 'POST', url: `/a/${s.token}`, headers, payload })
    t.equal(reply.statusCode, 404, name)
  }
  t.match(await s.questions.question(ID), { state: 'open' })
  const { statusCode } = await choose(s, 'send', { origin: BASE })
  t.equal(statusCode, 200, 'the token is still good')
})

t.test('what takes an officer is refused by link, and on record', async t => {
  const s = await serving(t, { choices: ['seal', 'cancel'], class: 'confidential' })
  const page = await s.app.inject({ url: `/a/${s.token}` })
  t.notMatch(page.body, 'value="send"')
  t.match(page.body, 'Only the data-protection officer')
  s.logged.expect('an answer by link has no effect')
  const refused = await choose(s, 'send')
  t.equal(refused.statusCode, 403)
  t.match(refused.body, 'it takes the data-protection officer')
  t.match(await s.questions.question(ID), { state: 'open' })
  t.match(await s.audit(), [
    { act: 'ask-ignored', detail: 'send by link is not offered to the sender' },
  ])
})

t.test('who guesses has to wait, and others do not', async t => {
  const s = await serving(t)
  const from = (address: string, token: string) =>
    s.app.inject({ url: `/a/${token}`, headers: { 'x-forwarded-for': address } })
  for (let guess = 0; guess < 20; guess += 1) await from('192.0.2.1', newToken())
  t.equal((await from('192.0.2.1', s.token)).statusCode, 404)
  t.equal((await from('192.0.2.2', s.token)).statusCode, 200)
  s.later(60_000)
  t.equal((await from('192.0.2.1', s.token)).statusCode, 200)
})

t.test('a store that fails is no answer, and the token is not logged', async t => {
  const logged = recordLog(t)
  logged.expect('a question could not be shown or answered')
  const broken = (): Promise<never> => Promise.reject(new Error('the store is locked'))
  const app = createAskServer({
    questions: { openByToken: broken, answer: broken, noteIgnored: broken },
    baseUrl: BASE,
    key: Buffer.alloc(32),
    language: 'fr',
    log: logged.log,
    now: () => 0,
  })
  t.teardown(() => app.close())
  const token = newToken()
  const reply = await app.inject({ url: `/a/${token}` })
  t.equal(reply.statusCode, 503)
  t.match(reply.body, 'Réessayez')
  t.notMatch(JSON.stringify(logged.lines), token)
})

t.test('over a real connection it is the same', async t => {
  const s = await serving(t)
  await s.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = s.app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/a/${s.token}`
  const page = await fetch(url, { headers: { 'accept-language': 'it-CH, en;q=0.5' } })
  const html = await page.text()
  t.match(html, '<html lang="it">')
  const body = formOf(html, 'cancel')
  const done = await fetch(url, {
    method: 'POST',
    headers: { ...FORM, origin: 'null', 'accept-language': 'it' },
    body,
  })
  t.match(await done.text(), 'Il suo messaggio non parte')
  t.match(await s.questions.question(ID), { answer: 'cancel' })
  const raw = await new Promise<number | undefined>((ended, failed) => {
    const request = httpRequest({ port, path: `/a/${s.token}`, method: 'HEAD' }, answer => {
      answer.resume()
      ended(answer.statusCode)
    })
    request.on('error', failed)
    request.end()
  })
  t.equal(raw, 404)
})
