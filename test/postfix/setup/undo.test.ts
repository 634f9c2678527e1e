import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../../src/config/load.js'
import { apply, look, setupInstance, undo } from '../../support/setup-instance.js'

const ADMIN_MASTER = `submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
#  -o smtpd_tls_security_level=encrypt
  -o smtpd_milters=inet:localhost:8891
`

await t.test('what others change in between stays, and only ours goes', async t => {
  const instance = await setupInstance(t)
  await instance.addMaster(ADMIN_MASTER)
  const main = await instance.mainCf()
  const master = await instance.masterCf()
  await apply(instance)
  const path = join(instance.configDirectory, 'main.cf')
  const changed = (await instance.mainCf())
    .replace(/^(smtpd_milters = .*)$/m, '$1, unix:/run/new.sock')
    .replace(/^(split_destination_recipient_limit =) 1$/m, '$1 2')
  await writeFile(path, `${changed}relay_domains = x.example\n`)
  const services = (await instance.masterCf()).replace(
    /^(tls +unix .*)$/m,
    '$1\n  -o inet_protocols=ipv4',
  )
  await writeFile(join(instance.configDirectory, 'master.cf'), services)

  const stayed = await undo(instance)
  t.match(stayed, [
    /^main\.cf:\d+: smtpd_milters: .*only our part/,
    /^main\.cf:\d+: split_destination_recipient_limit: .*stays as it is/,
    /^master\.cf:\d+: tls\/unix: .*stays as it is/,
  ])
  t.equal(stayed.length, 3)
  const added = (await instance.mainCf()).replace(main, '').split('\n').filter(Boolean)
  t.match(added, [
    /^# Lanes of Postseal/,
    'smtpd_milters = unix:/run/new.sock',
    'split_destination_recipient_limit = 2',
    'relay_domains = x.example',
  ])
  const left = (await instance.masterCf()).replace(master, '')
  t.match(left, /^\n# Lanes of Postseal[^\n]*\ntls  /)
  t.notMatch(left, /qtls|cleanup-seal/)
})

await t.test('services and settings that are wanted no longer go with the next apply', async t => {
  const instance = await setupInstance(t)
  const master = await instance.masterCf()
  const text = `state_directory = "${instance.stateDirectory}"
[listen]
socket = "inet:127.0.0.1:10030"
[maps]
map_type = "texthash"
[postfix]
config_directory = "${instance.configDirectory}"
`
  const product = '[[product]]\nname = "p"\nnext_hop = "[p.example]:25"\n'
  const file = join(instance.directory, 'milter.conf')
  await instance.addMain('smtp_destination_rate_delay = 1s\n')
  const first = {
    config: parseConfig(`${text}qtls_listener = "127.0.0.1:20027"\n${product}`, file),
  }
  await apply(instance, first)
  t.match(await instance.masterCf(), /^127\.0\.0\.1:20027 inet/m)
  t.match(await instance.mainCf(), /^hand-over-p_destination_rate_delay = \$smtp/m)

  const next = { config: parseConfig(text, file) }
  const { changes } = await look(instance, next)
  t.same(
    changes.map(({ key, after }) => [key.replace(/^.*\//, ''), after === undefined]),
    [
      ['pins', false],
      ['unix', false],
      ['inet', false],
      ['unix', true],
      ['inet', true],
      ['hand-over-p_destination_rate_delay', true],
    ],
  )
  await apply(instance, next)
  t.notMatch(await instance.masterCf(), /20027|hand-over-p/)
  t.same((await look(instance, next)).changes, [])
  await undo(instance)
  t.equal(await instance.masterCf(), master)
})
