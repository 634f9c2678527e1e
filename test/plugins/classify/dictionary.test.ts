import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import plugin from '../../../plugins/classify/dictionary/index.js'
import { objectOf } from '../../../src/config/kinds.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import { labelsOf, mailOf } from '../../support/plugins-run.js'
import { ROOT } from '../../support/tree-sources.js'

const plain = (body: string, header = 'Subject: Hello'): string =>
  `${header}\nContent-Type: text/plain; charset=utf-8\n\n${body}\n`

await t.test('a message', async t => {
  const cases: [string, string, object, string | undefined][] = [
    ['of everyday is not raised', plain('Anbei die Rechnung Nr. 4711.'), {}, undefined],
    ['with a pay slip is high', plain('Anbei die Lohnabrechnung für Oktober.'), {}, 'high'],
    ['in HTML counts', plain('<p>Lohnabrechnung</p>', 'Content-Type: text/html'), {}, 'high'],
    ['counts by its subject', plain('', 'Subject: Lohnabrechnung Oktober'), {}, 'high'],
    [
      'is left where its domain is off',
      plain('Lohnabrechnung'),
      { high_from_points: { hr: 0 } },
      undefined,
    ],
    [
      'is left below a threshold of the settings',
      plain('Lohnabrechnung'),
      { high_from_points: { hr: 11 } },
      undefined,
    ],
  ]
  for (const [name, text, settings, want] of cases) {
    const labels = await labelsOf(plugin, await mailOf(text), settings)
    t.equal(labels[0]?.class, want, name)
  }
  t.end()
})

await t.test('settings', t => {
  const config = objectOf(plugin.config, 'must be a table')
  const wrong: [string, object][] = [
    ['of points that are none', { high_from_points: { hr: -1 } }],
    ['of a domain that is no name', { high_from_points: { 'H R': 1 } }],
    ['of a share above the whole', { quoted_percent: 101 }],
    ['of a dictionary that is no path', { dictionaries: [1] }],
  ]
  for (const [name, settings] of wrong) t.throws(() => config.parse(settings), name)
  t.match(config.parse({}), { quoted_percent: 50, dictionaries: [] })
  t.end()
})

await t.test('a dictionary that is not there keeps the plugin from starting', async t => {
  const mail = await mailOf(plain('x'))
  await t.rejects(labelsOf(plugin, mail, { dictionaries: ['/nowhere/own.toml'] }))
  t.end()
})

await t.test('mails of the demo', async t => {
  const classes: [string, string | undefined][] = [
    ['01-rechnung.eml', undefined],
    ['02-opening-hours.eml', undefined],
    ['03-arztzeugnis.eml', 'high'],
    ['04-rendez-vous.eml', 'high'],
    ['05-busta-paga.eml', 'high'],
    ['11-kollegin.eml', undefined],
  ]
  for (const [name, want] of classes) {
    const mail = parseMail(readFileSync(join(ROOT, 'demo', 'mails', name)))
    t.equal((await labelsOf(plugin, mail))[0]?.class, want, name)
  }
  t.end()
})
