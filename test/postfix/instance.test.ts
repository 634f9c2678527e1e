import { cp, mkdtemp, appendFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parseMapTypes, readInstance } from '../../src/postfix/instance.js'
import { postfixRunner, type RunPostfix } from '../../src/postfix/run.js'

const PLACE = { config_directory: '/etc/postfix', command_directory: '/usr/sbin' }

await t.test('map types are one a line', async t => {
  t.same([...parseMapTypes('btree\nhash\nregexp\n')], ['btree', 'hash', 'regexp'])
  t.same([...parseMapTypes('')], [])
})

await t.test('facts of an instance, from the words of postconf', async t => {
  const asked: string[] = []
  const said: Record<string, string> = {
    '-x': 'mail_version = 3.9.1\nqueue_directory = /q\nrelayhost =\nmydestination = a.example\n',
    '-n': 'mydestination = $myhostname\n',
    '-d': 'relayhost =\n',
    '-M': 'smtp inet n - y - - smtpd\n',
    '-m': 'cdb\n',
    '-x multi_instance_directories alternate_config_directories':
      'multi_instance_directories = /etc/a, /etc/b\nalternate_config_directories = /etc/c\n',
  }
  const run: RunPostfix = async (_, args, options) => {
    asked.push(`${args.join(' ')}${options?.ofDefaultInstance === true ? ' (default)' : ''}`)
    return { code: 0, stdout: said[args.join(' ')] ?? '', stderr: '' }
  }
  const facts = await readInstance(PLACE, run)
  t.equal(facts.version, '3.9.1')
  t.equal(facts.queueDirectory, '/q')
  t.equal(facts.dataDirectory, '', 'what is not said is empty')
  t.equal(facts.main.get('mydestination'), 'a.example')
  t.equal(facts.explicit.get('mydestination'), '$myhostname')
  t.equal(facts.defaults.get('relayhost'), '')
  t.match(facts.services, [{ name: 'smtp', command: 'smtpd' }])
  t.same([...facts.mapTypes], ['cdb'])
  t.same(facts.instances, { managed: ['/etc/a', '/etc/b'], alternate: ['/etc/c'] })
  t.same(asked.at(-1), '-x multi_instance_directories alternate_config_directories (default)')
})

await t.test('an instance that is not there; a default instance that is not there', async t => {
  const none: RunPostfix = async () => ({ code: 1, stdout: '', stderr: 'fatal: open main.cf' })
  await t.rejects(readInstance(PLACE, none), {
    code: 'ERR_POSTFIX_REFUSED',
    message: 'postconf -x: fatal: open main.cf',
  })
  const onlyNamed: RunPostfix = async (_, __, options) =>
    options?.ofDefaultInstance === true
      ? { code: 1, stdout: '', stderr: 'fatal' }
      : { code: 0, stdout: '', stderr: '' }
  const facts = await readInstance(PLACE, onlyNamed)
  t.same(facts.instances, { managed: [], alternate: [] })
})

await t.test('the files that the package ships, read by the real postconf', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await cp('/usr/share/postfix/main.cf.debian', join(directory, 'main.cf'))
  await cp('/usr/share/postfix/master.cf.dist', join(directory, 'master.cf'))
  await appendFile(join(directory, 'main.cf'), 'relayhost =\n  [mail.example]:25\n')
  await appendFile(
    join(directory, 'master.cf'),
    'extra unix - - n - 7 smtp\n  -o { smtp_generic_maps = a b }\n  -o syslog_name=postfix/$service_name\n',
  )
  const place = { config_directory: directory, command_directory: '/usr/sbin' }
  const facts = await readInstance(place, postfixRunner(place))
  t.match(facts.version, /^3\.\d+/)
  t.equal(facts.configDirectory, directory)
  t.equal(facts.queueDirectory, '/var/spool/postfix')
  t.equal(facts.explicit.get('relayhost'), '[mail.example]:25')
  t.equal(facts.main.get('relayhost'), '[mail.example]:25')
  t.ok(facts.main.size > 900)
  t.ok(facts.defaults.has('milter_header_checks'))
  t.match(facts.services[0], { name: 'smtp', type: 'inet', chroot: 'y', command: 'smtpd' })
  const extra = facts.services.find(({ name }) => name === 'extra')
  t.same(
    [...(extra?.options ?? [])],
    [
      ['smtp_generic_maps', 'a b'],
      ['syslog_name', 'postfix/$service_name'],
    ],
  )
  t.equal(extra?.processLimit, '7')
  t.ok(facts.mapTypes.has('regexp'))
})
