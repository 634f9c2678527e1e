import type { Test } from 'tap'
import type { LaneLab } from './lane-lab.js'
import type { Letter } from './lane-letter.js'
import { fields } from './lane-text.js'
import { openFixture } from './seal-fixture.js'
import { KeyMaker, MAIL_EXTENSIONS } from './seal-keys.js'

/** Whose letters are sealed for a certificate, where one is known. */
export const KEYED = 'keyed@weak.test'

/**
 * Proves what a certificate of a recipient changes: the letter is S/MIME, openssl opens it, nobody is
 * told a password; and when a server takes S/MIME no longer, the sender hears of it and the next
 * message has a password.
 */
export async function proveKeys(
  t: Test,
  lab: LaneLab,
  letterTo: (recipient: string) => Letter,
  secret: string,
): Promise<void> {
  const maker = new KeyMaker()
  t.teardown(() => maker.close())
  maker.certificate('keyed', { key: 'rsa:2048', extensions: MAIL_EXTENSIONS(KEYED) })
  await lab.does('key', 'import', maker.box.path('keyed.pem'))
  await lab.send(letterTo(KEYED))
  const letter = await lab.arrived(KEYED)
  t.match(fields(letter, 'Content-Type')[0], /^application\/pkcs7-mime; smime-type=enveloped-data/)
  t.notMatch(letter.message.toString(), /Findings|broken leg/)
  maker.box.write('letter.eml', letter.message)
  const own = ['-recip', 'keyed.pem', '-inkey', 'keyed.key']
  const inner = maker.openssl('cms', '-decrypt', '-in', 'letter.eml', ...own).toString()
  t.match(inner, /^Subject: Findings of Mr Example\r$/m)
  t.match(inner, secret)
  t.match(await lab.does('password', 'list'), /smime, password: key, to keyed@weak\.test/)
  t.match(await lab.does('key', 'list', '--json'), /"used":"20/)
  t.same(lab.arrivals('keyed@home.test'), [])

  const reply = '554 5.7.1 encrypted attachments are blocked'
  await lab.server('weak.test').become({ refuse: 'message', reply, times: 1 })
  await lab.send(letterTo(KEYED))
  const told = [await lab.arrived('keyed@home.test'), await lab.arrived('keyed@home.test')]
  await lab.server('weak.test').become('good')
  const texts = told.map(({ message }) => message.toString())
  const notice = texts.find(text => text.includes('came back')) ?? ''
  t.match(notice, /refused this kind of letter[^]*send the message again/)
  for (const text of texts) t.notMatch(text, secret)

  await lab.send(letterTo(KEYED))
  const next = await lab.arrived(KEYED)
  const { message } = await lab.arrived('keyed@home.test')
  const password = /\n {4}(\S+)\r?\n/.exec(message.toString())?.[1] ?? ''
  t.match(openFixture(next.message, password).toString(), secret)
}
