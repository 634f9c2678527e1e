import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'
import { SELECTOR, isSigned, startSigner } from '../support/lane-signer.js'
import { fields } from '../support/lane-text.js'

t.setTimeout(300_000)
await enterNamespace()

const directory = await mkdtemp(join(tmpdir(), 'signer-'))
t.teardown(() => rm(directory, { recursive: true }))
const signer = await startSigner(t, directory, 'home.test')
const lab = await LaneLab.start(t, {
  mainCf: { smtpd_milters: signer.milter, non_smtpd_milters: '$smtpd_milters' },
})
lab.world.dns.set(`${SELECTOR}._domainkey.home.test`, { txt: [signer.record] })

await t.test('setup puts the signer behind our milter, at the listeners as well', async t => {
  const milters = await lab.postfix.postconf(['-h', 'smtpd_milters'])
  t.match(milters, /milter\.sock.*inet:127\.0\.0\.1:8891/)
  const listener = await lab.postfix.postconf(['-P', '127.0.0.1:10026/inet/smtpd_milters'])
  t.match(listener, /milter\.sock.*inet:127\.0\.0\.1:8891/)
})

await t.test('what is bound at once is signed as it leaves, lock included', async t => {
  await lab.send({ to: ['one@good.test'], class: 'high' })
  const arrival = await lab.arrived('one@good.test')
  t.equal(fields(arrival, 'DKIM-Signature').length, 1)
  t.match(fields(arrival, 'Subject')[0], /^=\?utf-8/)
  t.ok(await isSigned(arrival.message))
})

await t.test('what comes by split has one signature, which is right', async t => {
  await lab.send({ to: ['two@good.test', 'two@selfsigned.test', 'two@home.test'] })
  for (const recipient of ['two@good.test', 'two@selfsigned.test', 'two@home.test']) {
    const arrival = await lab.arrived(recipient)
    t.equal(fields(arrival, 'DKIM-Signature').length, 1, recipient)
    t.ok(await isSigned(arrival.message), recipient)
  }
})

await t.test('what came back from a lane, and has lost its lock, too', async t => {
  await lab.send({ to: ['three@wrongname.test'] })
  const arrival = await lab.arrived('three@wrongname.test')
  t.same(fields(arrival, 'Subject'), ['Hello'])
  t.equal(fields(arrival, 'DKIM-Signature').length, 1)
  t.ok(await isSigned(arrival.message))
})

await t.test('and what has waited', async t => {
  await lab.send({ to: ['four@new.test'], class: 'high', subject: 'Waits' })
  await lab.deferred('four@new.test')
  await lab.does('domain', 'set', 'new.test', 'qualified', '--reason', 'tested')
  const arrival = await lab.arrived('four@new.test')
  t.equal(fields(arrival, 'DKIM-Signature').length, 1)
  t.ok(await isSigned(arrival.message))
})

await t.test('a signature of the sender stays where it is, beside ours', async t => {
  const theirs = 'DKIM-Signature: v=1; a=rsa-sha256; d=list.test; s=x; h=from; bh=AA==; b=AA==\r\n'
  await lab.send({ to: ['five@good.test', 'five@home.test'], headers: theirs })
  const [ours, ...others] = fields(await lab.arrived('five@good.test'), 'DKIM-Signature')
  t.match(ours, 'd=home.test')
  t.same(others, ['v=1; a=rsa-sha256; d=list.test; s=x; h=from; bh=AA==; b=AA=='])
})

await t.test('mail of sendmail(1) is signed likewise', async t => {
  await lab.sendmail({ to: ['six@good.test'], class: 'high' })
  const arrival = await lab.arrived('six@good.test')
  t.equal(fields(arrival, 'DKIM-Signature').length, 1)
  t.ok(await isSigned(arrival.message))
})

await t.test('a message that was changed on the way would be seen', async t => {
  await lab.send({ to: ['seven@good.test'] })
  const { message } = await lab.arrived('seven@good.test')
  t.notOk(await isSigned(Buffer.from(message.toString('latin1').replace('Good', 'Bad'), 'latin1')))
})
