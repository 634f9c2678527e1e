import fc from 'fast-check'
import t from 'tap'
import { labelClassifier } from '../../../src/classification/sensitivity/classify-labels.js'
import { fieldJudges } from '../../../plugins/classify/header/field-judges.js'
import plugin from '../../../plugins/classify/header/index.js'
import { classOfMarking } from '../../../plugins/classify/header/protective-marking.js'
import { triggerReader } from '../../../plugins/classify/header/trigger-headers.js'
import { labelsOf, mailOf } from '../../support/plugins-run.js'

const OURS = 'f42aa342-8706-4288-bd11-ebb85995028c'

const label = (guid: string, name: string, more = ''): string =>
  `MSIP_Label_${guid}_Enabled=true; MSIP_Label_${guid}_Name=${name}; ${more}`

await t.test('X-Protective-Marking', t => {
  const cases: [string, string, string | undefined][] = [
    [
      'that is official asks for nothing',
      'VER=2018.6, NS=gov.au, SEC=OFFICIAL, ORIGIN=a@b',
      undefined,
    ],
    ['that is unofficial asks for nothing', 'SEC=UNOFFICIAL', undefined],
    ['that is sensitive is high', 'VER=2018.6, NS=gov.au, SEC=OFFICIAL:Sensitive', 'high'],
    [
      'that is protected is confidential',
      'VER=2018.6,SEC=PROTECTED,CAVEAT=C:AUSTEO',
      'confidential',
    ],
    ['that nobody knows is confidential', 'SEC=COSMIC', 'confidential'],
    ['that says nothing readable is confidential', 'x', 'confidential'],
  ]
  for (const [name, value, want] of cases) t.equal(classOfMarking(value), want, name)
  t.end()
})

await t.test('a trigger header', t => {
  const reads = triggerReader(['x-smenc', 'X-Any-*'])
  const cases: [string, string, string, string | undefined][] = [
    ['counts with yes', 'X-SMENC', 'yes', 'x-smenc'],
    ['counts with a value that we do not know', 'x-smenc', '1', 'x-smenc'],
    ['does not count with no', 'x-smenc', 'No', undefined],
    ['does not count with false', 'x-smenc', 'false', undefined],
    ['does not count when it is empty', 'x-smenc', '', undefined],
    ['by the beginning of its name counts with any value', 'X-ANY-Option', 'false', 'X-Any-*'],
    ['of another name does not count', 'x-smencrypt', 'yes', undefined],
  ]
  for (const [name, field, value, want] of cases) t.equal(reads(field, value), want, name)
  t.end()
})

await t.test('a field judge is there for the fields that have one', t => {
  const judges = fieldJudges({
    sensitivity_personal: 'high',
    sensitivity_private: 'high',
    sensitivity_company_confidential: 'confidential',
    protective_marking: true,
    label_sites: [],
    label: [],
    label_names_confidential: [],
    label_names_high: [],
  })
  t.same([...judges.keys()], ['msip_labels', 'sensitivity', 'x-protective-marking'])
  t.end()
})

await t.test('a message', async t => {
  const cases: [string, string, object, [string, string, number][]][] = [
    ['without such fields gets no label', 'Subject: Offer', {}, []],
    ['that is personal is high', 'Sensitivity: Personal', {}, [['sensitivity-header', 'high', 1]]],
    [
      'that is private is confidential',
      'Sensitivity: private (quite)',
      {},
      [['sensitivity-header', 'confidential', 1]],
    ],
    [
      'that is company confidential is confidential, however it is spelt',
      'SENSITIVITY: Company Confidential\nSensitivity: company-confidential',
      {},
      [['sensitivity-header', 'confidential', 2]],
    ],
    ['of normal sensitivity gets no label', 'Sensitivity: Normal', {}, []],
    [
      'follows the classes of the settings, normal means none',
      'Sensitivity: Private\nx-smenc: yes',
      { sensitivity_private: 'normal', trigger_class: 'high' },
      [['trigger-header', 'high', 1]],
    ],
    [
      'with a folded label counts',
      `msip_labels: MSIP_Label_${OURS}_Enabled=true;\n MSIP_Label_${OURS}_Name=Streng\n vertraulich`,
      {},
      [['msip-label-name', 'confidential', 1]],
    ],
    [
      'with an encoded label counts',
      `msip_labels: =?utf-8?B?${Buffer.from(label(OURS, 'Eingeschränkt')).toString('base64')}?=`,
      {},
      [['msip-label-name', 'high', 1]],
    ],
    [
      'with an Italian label counts',
      `msip_labels: ${label(OURS, 'Riservato')}`,
      {},
      [['msip-label-name', 'confidential', 1]],
    ],
    ['with an internal label gets no label', `msip_labels: ${label(OURS, 'Intern')}`, {}, []],
    [
      'with a marking counts, and not when the setting says so',
      'X-Protective-Marking: SEC=SECRET',
      {},
      [['protective-marking', 'confidential', 1]],
    ],
    [
      'with a marking does not count when the setting says so',
      'X-Protective-Marking: SEC=SECRET',
      { protective_marking: false },
      [],
    ],
    [
      'with triggers of other products counts them',
      'x-smwebmail: yes\nX-Sophos-SPX-Encrypt: yes\nX-SophosEmailEncrypt-NoAuth: false\nx-smplain: yes',
      {},
      [
        ['trigger-header', 'confidential', 1],
        ['trigger-header', 'confidential', 1],
        ['trigger-header', 'confidential', 1],
      ],
    ],
    [
      'does not take the fields of the message inside it',
      'Content-Type: message/rfc822\n\nSensitivity: Private\nx-smenc: yes',
      {},
      [],
    ],
  ]
  for (const [name, header, settings, want] of cases) {
    const labels = await labelsOf(plugin, await mailOf(`${header}\n\nHello\n`), settings)
    t.same(
      labels.map(label => [label.id, label.class, label.count]),
      want,
      name,
    )
  }
  t.end()
})

await t.test('the reasons hold no words of the sender', async t => {
  const header = `msip_labels: ${label(OURS, 'Secret of Alice')}\nX-Protective-Marking: SEC=Alice`
  const labels = await labelsOf(plugin, await mailOf(`${header}\n\nHello\n`))
  t.equal(labels.length, 2)
  t.notMatch(JSON.stringify(labels), /Alice/)
  t.end()
})

await t.test('any value is read without an exception, in linear time', async t => {
  let seen = 0
  const piece = fc.constantFrom(
    `MSIP_Label_${OURS}_`,
    'Name=',
    'SEC=',
    ';',
    '(',
    ' ',
    '=?utf-8?q?',
    'ü',
  )
  const value = fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }).map(list => list.join(''))
  const judge = labelClassifier({
    label_sites: [],
    label: [],
    label_names_confidential: ['secret'],
    label_names_high: [],
  })
  fc.assert(
    fc.property(value, value => {
      seen++
      judge(value)
      classOfMarking(value)
    }),
  )
  t.ok(seen > 0)
  for (const part of ['(', ' ', ';', `MSIP_Label_${OURS}_Name=not `, ', SEC', '=?']) {
    const long = part.repeat(200_000 / part.length)
    const before = process.cpuUsage().user
    judge(long)
    classOfMarking(long)
    await labelsOf(plugin, await mailOf(`Sensitivity: ${long}\nx-smenc: ${long}\n\n`))
    t.ok(process.cpuUsage().user - before < 2_000_000, `200 kB of ${JSON.stringify(part)}`)
  }
  t.end()
})
