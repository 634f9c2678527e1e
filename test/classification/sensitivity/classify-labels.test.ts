import t from 'tap'
import { labelClassifier } from '../../../src/classification/sensitivity/classify-labels.js'
import { nameReader } from '../../../src/classification/sensitivity/label-names.js'
import { readSensitivityLabels } from '../../../src/classification/sensitivity/sensitivity-labels.js'

const OURS = 'f42aa342-8706-4288-bd11-ebb85995028c'
const THEIRS = '0b6a9c3e-1111-2222-3333-444455556666'
const OUR_SITE = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const THEIR_SITE = '99998888-86f1-41af-91ab-2d7cd011db47'

const label = (guid: string, name: string, more = ''): string =>
  `MSIP_Label_${guid}_Enabled=true; MSIP_Label_${guid}_Name=${name}; ${more}`
await t.test('msip_labels', t => {
  const cases: [string, string, unknown[]][] = [
    ['gives nothing for an empty value', '', []],
    ['gives nothing for anything else', 'hello; world=1; MSIP_Label_x_Name=y', []],
    [
      'gives a label with its tenant',
      `MSIP_Label_${OURS}_Enabled=True;MSIP_Label_${OURS}_SiteId=${OUR_SITE};MSIP_Label_${OURS}_SetDate=2026-01-01T00:00:00Z;MSIP_Label_${OURS}_Name=Secret;MSIP_Label_${OURS}_ContentBits=8;MSIP_Label_${OURS}_Method=Privileged`,
      [{ guid: OURS, site: OUR_SITE, name: 'Secret', enabled: true }],
    ],
    [
      'gives several tenants’ labels',
      `${label(OURS, 'A')} ${label(THEIRS, 'B', `MSIP_Label_${THEIRS}_SiteId=${THEIR_SITE}`)}`,
      [
        { guid: OURS, site: undefined, name: 'A', enabled: true },
        { guid: THEIRS, site: THEIR_SITE, name: 'B', enabled: true },
      ],
    ],
    [
      'gives GUIDs in lower case',
      `msip_label_${OURS.toUpperCase()}_name = A `,
      [{ guid: OURS, site: undefined, name: 'A', enabled: true }],
    ],
    [
      'says that a label was taken off',
      `MSIP_Label_${OURS}_Enabled=FALSE`,
      [{ guid: OURS, site: undefined, name: undefined, enabled: false }],
    ],
  ]
  for (const [name, value, want] of cases) t.same(readSensitivityLabels(value), want, name)
  t.end()
})

await t.test('the name of a label', t => {
  const classOf = nameReader([
    ['confidential', ['vertraulich', 'confidentiel', 'top secret', '']],
    ['high', ['eingeschränkt', 'VS-NfD']],
  ])
  const cases: [string, string, ReturnType<typeof classOf>][] = [
    ['counts alone', 'Vertraulich', 'confidential'],
    ['counts inside a longer one', 'C3 – Streng vertraulich (Extern)', 'confidential'],
    ['counts behind a parent label', 'Confidentiel\\Tous', 'confidential'],
    ['counts with accents or without', 'EINGESCHRANKT', 'high'],
    ['counts with a hyphen or without', 'vs nfd', 'high'],
    ['counts with several words', 'TOP  SECRET', 'confidential'],
    ['does not count as a part of a word', 'Unvertraulich', undefined],
    ['does not count behind a not', 'Nicht vertraulich', undefined],
    ['does not count behind a non', 'Non-confidentiel', undefined],
    ['counts when the not is about something else', 'Non interne, confidentiel', 'confidential'],
    ['that is of no list asks for nothing', 'Intern', undefined],
    ['that is empty asks for nothing', '', undefined],
  ]
  for (const [name, text, want] of cases) t.equal(classOf(text), want, name)
  t.end()
})

await t.test('a label counts', t => {
  const settings = {
    label_sites: [OUR_SITE.toUpperCase()],
    label: [
      { guid: OURS.toUpperCase(), class: 'high' as const },
      { guid: THEIR_SITE, class: 'normal' as const },
    ],
    label_names_confidential: ['secret'],
    label_names_high: ['sensitive'],
  }
  const judge = labelClassifier(settings)
  const cases: [string, string, [string, string][]][] = [
    ['by its GUID, not by its name', label(OURS, 'Secret'), [['msip-label', 'high']]],
    [
      'by its GUID whatever the tenant',
      label(OURS, '', `MSIP_Label_${OURS}_SiteId=${THEIR_SITE}`),
      [['msip-label', 'high']],
    ],
    ['not when it was taken off', `MSIP_Label_${OURS}_Enabled=false`, []],
    [
      'by its name when the GUID is not configured',
      label(THEIRS, 'Secret'),
      [['msip-label-name', 'confidential']],
    ],
    [
      'by its name when the tenant is ours',
      label(THEIRS, 'Sensitive', `MSIP_Label_${THEIRS}_SiteId=${OUR_SITE}`),
      [['msip-label-name', 'high']],
    ],
    [
      'not by its name when the tenant is another',
      label(THEIRS, 'Secret', `MSIP_Label_${THEIRS}_SiteId=${THEIR_SITE}`),
      [],
    ],
    ['not by a name of no list', label(THEIRS, 'General'), []],
    [
      'as what a GUID is configured to, normal too',
      label(THEIR_SITE, 'Secret'),
      [['msip-label', 'normal']],
    ],
  ]
  for (const [name, value, want] of cases) {
    t.same(
      judge(value).map(label => [label.id, label.class]),
      want,
      name,
    )
  }
  t.end()
})
