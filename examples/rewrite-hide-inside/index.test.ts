import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildMail, mailFromText, runPlugin, sampleDecision } from 'postseal/testkit'
import plugin from './index.js'

const settings = { domains: ['corp.example'] }

test('a host of the inside is replaced, one of the outside and an address stay', async () => {
  const text = 'See db1.corp.example, www.example.org and ann@mail.corp.example.'
  const { message } = await runPlugin(plugin, buildMail({ text }), { settings })
  assert.match(
    message.toString(),
    /See \[internal host\], www\.example\.org and ann@mail\.corp\.example\./,
  )
})

test('header fields go, and without domains nothing else changes', async () => {
  const mail = mailFromText('X-Mailer: a\nSubject: s\n\ndb1.corp.example\n')
  const { message, edits } = await runPlugin(plugin, mail)
  assert.equal(message.toString(), 'Subject: s\r\n\r\ndb1.corp.example\r\n')
  assert.deepEqual(edits, [{ kind: 'remove-header', name: 'X-Mailer' }])
})

test('a part in base64 is written anew with the same letters', async () => {
  const body = Buffer.from('Grüße von db1.corp.example\r\n').toString('base64')
  const mail = mailFromText(
    `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${body}\n`,
  )
  const { message } = await runPlugin(plugin, mail, { settings })
  const sent = message.toString().split('\r\n\r\n')[1] ?? ''
  assert.equal(Buffer.from(sent, 'base64').toString(), 'Grüße von [internal host]\r\n')
})

test('what a signature covers stays as it is', async () => {
  const mail = mailFromText(
    'Content-Type: multipart/signed; boundary=b; protocol="application/pkcs7-signature"\n\n' +
      '--b\n\ndb1.corp.example\n--b\nContent-Type: application/pkcs7-signature\n\nx\n--b--\n',
  )
  const { edits } = await runPlugin(plugin, mail, { settings })
  assert.deepEqual(edits, [])
})

test('mail that stays inside is not touched', async () => {
  const mail = buildMail({ text: 'db1.corp.example', headers: [['X-Mailer', 'a']] })
  const outside = sampleDecision(mail, 'normal')
  const decision = {
    ...outside,
    recipients: outside.recipients.map(each => ({ ...each, level: 'internal' as const })),
  }
  const { edits } = await runPlugin(plugin, mail, { settings, decision })
  assert.deepEqual(edits, [])
})

test('a text that is nothing but dots and letters takes no long time', async () => {
  const mail = buildMail({ text: `${'a.'.repeat(20_000)}\n` })
  const { edits } = await runPlugin(plugin, mail, { settings })
  assert.deepEqual(edits, [])
})
