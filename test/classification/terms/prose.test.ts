import t from 'tap'
import { readProse } from '../../../src/classification/terms/prose.js'
import { findIn, fold, group, lexiconOf } from '../../support/dictionaries.js'

const lexicon = lexiconOf(group(['Befund']))

/** The role of each place where the word stands. */
async function roles(text: string, isForward = false): Promise<readonly string[]> {
  const finds = await findIn(text, lexicon)
  const roleOf = readProse(await fold(text), finds, lexicon, isForward)
  return finds.hits.map(({ start }) => roleOf(start))
}

const OWN = 'Guten Tag\n\nDer Befund kommt.\n\n'

await t.test('a signature is told', async t => {
  const cases: [string, string][] = [
    ['behind its delimiter', `${OWN}-- \nPraxis Befund\nTel. 1`],
    ['behind a German closing', `${OWN}Freundliche Grüsse\n\nAnna Muster\nInstitut Befund AG`],
    ['behind a French closing', `${OWN}Meilleures salutations\nInstitut Befund SA`],
    [
      'behind a French sentence',
      `${OWN}Je vous prie d’agréer, Madame, l’expression de mes salutations distinguées.\nInstitut Befund`,
    ],
    ['behind an Italian closing', `${OWN}Cordiali saluti\nIstituto Befund`],
    ['behind an English closing', `${OWN}Kind regards,\nAnna\nBefund Ltd`],
    ['in the footer of a list', `${OWN}${'_'.repeat(40)}\nBefund mailing list`],
    ['in a line that says how to leave', `${OWN}Befund-Info abbestellen: https://a.example`],
  ]
  for (const [name, text] of cases) t.same(await roles(text), ['own', 'signature'], name)
  t.end()
})

await t.test('what is no signature counts as written', async t => {
  const long =
    'Der Befund ist in diesem Satz, der so lang ist, wie es keine Zeile einer Unterschrift ist, weil.'
  const cases: [string, string, readonly string[]][] = [
    ['a postscript', 'Freundliche Grüsse\nAnna\n\nPS: der Befund ist da', ['own']],
    ['a long line', `Freundliche Grüsse\nAnna\n${long} Und noch mehr.`, ['own']],
    [
      'a sentence',
      'Gruss\nAnna\nWir haben den Befund gestern Abend noch per Post bekommen.',
      ['own'],
    ],
    ['a label with a value', 'Freundliche Grüsse\nAnna\nBefund: Fraktur', ['own']],
    ['what stands beyond its lines', `-- \n${'a\n'.repeat(15)}Befund`, ['own']],
    [
      'what stands beyond its characters',
      `-- \n${`${'a '.repeat(40)}\n`.repeat(12)}Befund`,
      ['own'],
    ],
    [
      'a closing in a sentence',
      `${'Wort '.repeat(12)} mit freundlichen Grüssen an alle\nBefund`,
      ['own'],
    ],
  ]
  for (const [name, text, want] of cases) t.same(await roles(text), want, name)
  t.end()
})

await t.test('answered mail is quoted', async t => {
  const cases: [string, string][] = [
    ['by marks', `${OWN}> Der Befund`],
    [
      'behind Gmail in German',
      `${OWN}Am Mo., 3. Nov. 2026 um 10:00 Uhr schrieb Anna <a@b.ch>:\nBefund`,
    ],
    [
      'behind Gmail in French',
      `${OWN}Le lun. 3 nov. 2026 à 10:00, Anna <a@b.ch> a écrit :\nBefund`,
    ],
    ['behind Gmail in Italian', `${OWN}Il giorno lun 3 nov 2026 Anna <a@b.ch> ha scritto:\nBefund`],
    ['behind Apple Mail', `${OWN}On 3 Nov 2026, at 10:00, Anna <a@b.ch> wrote:\n\nBefund`],
    [
      'behind Outlook',
      `${OWN}Von: Anna\nGesendet: Montag, 3. November\nAn: Beat\nBetreff: x\n\nBefund`,
    ],
    ['behind Outlook in English', `${OWN}From: Anna\nSent: Monday\nTo: Beat\nSubject: x\n\nBefund`],
    ['behind Outlook in French', `${OWN}De : Anna\nEnvoyé : lundi\nÀ : Beat\nObjet : x\n\nBefund`],
    ['behind Outlook in Italian', `${OWN}Da: Anna\nInviato: lunedì\nA: Beat\nOggetto: x\n\nBefund`],
    ['behind dashes', `${OWN}-----Ursprüngliche Nachricht-----\nBefund`],
  ]
  for (const [name, text] of cases) t.same(await roles(text), ['own', 'quoted'], name)
  t.end()
})

await t.test('forwarded mail is content', async t => {
  const outlook = `${OWN}Von: Anna\nGesendet: Montag\nAn: Beat\nBetreff: x\n\nBefund`
  t.same(await roles(outlook, true), ['own', 'own'], 'by the subject')
  const cases: [string, string][] = [
    [
      'by Gmail',
      `${OWN}---------- Forwarded message ---------\nVon: Anna\nDate: Mon\nSubject: x\n\nBefund`,
    ],
    [
      'by Apple Mail',
      `${OWN}Anfang der weitergeleiteten Nachricht:\n\nVon: Anna\nDatum: 3. November\n\nBefund`,
    ],
  ]
  for (const [name, text] of cases) t.same(await roles(text), ['own', 'own'], name)
  t.end()
})

const DISCLAIMERS: readonly [string, string][] = [
  [
    'in German',
    'Diese E-Mail enthält vertrauliche Informationen, auch zum Befund. Wenn Sie nicht der richtige\nAdressat sind, informieren Sie bitte den Absender und löschen Sie sie.',
  ],
  [
    'in English',
    'This e-mail and its Befund are confidential and intended solely for the addressee. If you have\nreceived it in error, please delete it.',
  ],
  [
    'in French',
    'Ce message, Befund compris, est confidentiel et destiné à son destinataire. Si vous l’avez reçu\npar erreur, veuillez le supprimer.',
  ],
  [
    'in Italian',
    'Questo messaggio e il Befund sono riservati e destinati al solo destinatario. Se ricevuto per\nerrore, si prega di cancellarlo.',
  ],
]

await t.test('a disclaimer is told', async t => {
  for (const [name, text] of DISCLAIMERS) {
    t.same(await roles(`${OWN}${text}\n\nBefund`), ['own', 'disclaimer', 'own'], name)
  }
  t.end()
})

await t.test('a paragraph that is too long for a disclaimer is none', async t => {
  const [, text] = DISCLAIMERS[0] ?? ['', '']
  t.same(await roles(`${text} ${'Wort '.repeat(500)}`), ['own'])
  t.same(await roles(`${text} ${'Wort '.repeat(400)}\n\n`.repeat(5)).then(all => all.at(-1)), 'own')
  t.end()
})
