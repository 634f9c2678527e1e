import type { Test } from 'tap'
import type { Arrival } from '../../sandbox/receiver.js'
import type { LaneLab } from './lane-lab.js'
import type { Letter } from './lane-letter.js'
import { fields, parts, reportTo } from './lane-text.js'
import { openFixture } from './seal-fixture.js'

const URL_OF_ASKING = 'http://127.0.0.1:10099'

/** Settings of a lab whose senders are asked about what is high to `selfsigned.test`. */
export const ASKING = `[ask]
address = "ask@home.test"
listen = "127.0.0.1:10099"
base_url = "${URL_OF_ASKING}"
[[ask_for]]
classes = ["confidential"]
limit = "1m"
silence = "reject"
[[rule]]
name = "ask"
domain = ["selfsigned.test"]
class = ["high", "confidential"]
action = "ask"
`

export interface AskingTools {
  readonly lab: LaneLab
  readonly letterTo: (recipient: string, more?: Partial<Letter>) => Letter
  readonly passwordFor: (recipient: string) => Promise<string>
}

/** Sends what its sender will not answer about: its time is over when other tests are done. */
export async function leaveUnanswered({ lab, letterTo }: AskingTools): Promise<void> {
  await lab.send(letterTo('silent@selfsigned.test', { class: 'confidential' }))
  await lab.deferred('silent@selfsigned.test', /Waiting for the answer of its sender/)
}

/** The question to the sender of a message, the only mail that came to it. */
async function question(
  lab: LaneLab,
  name: string,
): Promise<{ mail: Arrival; url: string; id: string }> {
  const mail = await lab.arrived(`${name}@home.test`)
  const text = parts(mail).body.replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const url = new RegExp(`${URL_OF_ASKING}/a/[A-Za-z0-9_-]{22}`).exec(text)?.[0] ?? 'no link'
  const id = /\[ask:([0-9a-v]{20})\]/.exec(fields(mail, 'Subject').join().replace(/\s+/g, ''))?.[1]
  return { mail, url, id: id ?? 'no id' }
}

async function post(url: string, choice: string): Promise<number> {
  const page = await (await fetch(url)).text()
  const proof = /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const body = new URLSearchParams({ proof, choice })
  return (await fetch(url, { method: 'POST', body })).status
}

/** The walk of messages whose sender is asked, against a real Postfix. */
export async function proveAsking(
  t: Test,
  { lab, letterTo, passwordFor }: AskingTools,
): Promise<void> {
  const names = ['link', 'reply', 'cancel'] as const
  for (const name of names) await lab.send(letterTo(`${name}@selfsigned.test`))
  const both = ['pair@selfsigned.test', 'peer@selfsigned.test']
  await lab.send(letterTo('pair@selfsigned.test', { to: both }))

  await t.test('by link: looking changes nothing, the button sends it at once', async t => {
    const { mail, url } = await question(lab, 'link')
    t.equal(mail.sender, '')
    t.same(fields(mail, 'X-Postseal-Inside'), ['question'])
    t.notMatch(mail.message.toString(), /Findings|broken leg/)
    for (const method of ['GET', 'HEAD', 'GET']) t.equal((await fetch(url, { method })).status, 200)
    t.same(lab.arrivals('link@selfsigned.test'), [])
    t.equal(await post(url, 'send'), 200)
    t.ok((await lab.arrived('link@selfsigned.test')).tls)
    t.equal(await post(url, 'cancel'), 404)
    t.same(await lab.story('link@selfsigned.test'), [
      'split: deferred 4.7.1',
      'split: sent to re-split',
      'tls: Untrusted, sent to mx.selfsigned.test',
    ])
  })

  await t.test('by reply: forgeries have no effect, the sender has it sealed', async t => {
    const { id } = await question(lab, 'reply')
    const to = ['ask@home.test']
    const reply = { from: 'reply@home.test', to, subject: `Re: waits [ask:${id}]` }
    t.match(await lab.refused({ ...reply, body: 'SEND\r\n' }), /No answer was taken|5\.7\.1/)
    t.match(await lab.refused({ ...reply, body: 'SEND\r\n', user: 'bert' }), /5\.7\.1/)
    const auto = 'Auto-Submitted: auto-replied\r\n'
    await lab.send({ ...reply, body: 'SEND\r\n', user: 'anna', headers: auto })
    t.same(lab.arrivals('reply@selfsigned.test'), [])
    await lab.send({ ...reply, body: 'Seal\r\n\r\n> SEND, CANCEL\r\n', user: 'anna' })
    const letter = await lab.arrived('reply@selfsigned.test')
    const password = await passwordFor('reply@selfsigned.test')
    t.match(openFixture(letter.message, password).toString(), 'broken leg')
    t.same(lab.arrivals('ask@home.test'), [], 'an answer is delivered to nobody')
  })

  await t.test('cancelled, it comes to an end and its sender has a report', async t => {
    const { url } = await question(lab, 'cancel')
    t.equal(await post(url, 'cancel'), 200)
    await lab.bounced('cancel@selfsigned.test', /cancelled by the sender/)
    t.match((await reportTo(lab, 'cancel@home.test')).text, 'cancelled by the sender')
    t.same(lab.arrivals('cancel@selfsigned.test'), [])
  })

  await t.test('one question about two recipients, answered by an officer', async t => {
    const { mail, id } = await question(lab, 'pair')
    for (const recipient of both) t.match(parts(mail).body.replaceAll('=\r\n', ''), recipient)
    await lab.does('ask', 'answer', id, '--choice', 'send', '--officer', 'ann', '--reason', 'read')
    for (const recipient of both) await lab.arrived(recipient)
    t.equal(lab.arrivals('pair@home.test').length, 1)
  })
}

/** What came of `leaveUnanswered`, a minute later. */
export async function proveSilence(t: Test, { lab }: AskingTools): Promise<void> {
  await lab.bounced('silent@selfsigned.test', /nobody answered the question in time/)
  t.same(lab.arrivals('silent@selfsigned.test'), [])
  const log = JSON.stringify(await lab.log())
  const { url } = await question(lab, 'silent')
  t.notMatch(log, url.slice(-22), 'no key is logged')
}
