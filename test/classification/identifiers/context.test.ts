import t from 'tap'
import {
  CONTEXT_WORDS,
  OTHER_NUMBERS,
} from '../../../src/classification/identifiers/context-words.js'
import { contextReader } from '../../../src/classification/identifiers/context.js'
import { NumberSearch } from '../../../src/classification/identifiers/find-numbers.js'
import { foldText, wordsOf } from '../../../src/classification/fold-text.js'
import { KINDS, type KindId } from '../../../src/classification/identifiers/kinds.js'

const NUMBER = {
  kvnr: 'A000500015',
  lanr: '123456601',
  'svnr-at': '1237 010180',
  'payment-card': '4111 1111 1111 1111',
  'id-document': 'L01X00T471',
  'steuer-id': '86095742719',
} as const

function searchIn(folded: ReturnType<typeof foldText>): NumberSearch {
  const search = new NumberSearch(folded, KINDS, { maxSightings: 100, end: folded.length })
  search.run(folded.length)
  return search
}

function said(text: string, id: KindId, own = {}): string | undefined {
  const folded = foldText(text)
  const sighting = searchIn(folded).sightings.find(({ kind }) => kind.id === id)
  return sighting && contextReader(own)(folded, sighting)
}

await t.test('every language has its words', t => {
  const cases: [keyof typeof NUMBER, readonly string[]][] = [
    ['kvnr', ['Versichertennummer', 'Health insurance no', 'Numéro d’assuré', 'Cassa malati']],
    ['lanr', ['Arztnummer', 'Physician number', 'Numéro de médecin', 'Numero del medico']],
    [
      'svnr-at',
      [
        'Sozialversicherungsnummer',
        'Social security number',
        'N° / numéro de sécurité sociale',
        'Numero di previdenza sociale',
      ],
    ],
    ['payment-card', ['Firmenkreditkarte', 'Credit card', 'Carte de crédit', 'Carta di credito']],
    ['id-document', ['Personalausweis', 'Passport', 'Carte d’identité', 'Carta d’identità']],
    [
      'steuer-id',
      [
        'Steuer-Identifikationsnummer',
        'Tax ID',
        'Numéro d’identification fiscale',
        'Codice fiscale',
      ],
    ],
  ]
  for (const [id, words] of cases) {
    t.equal(said(NUMBER[id], id), 'nothing', `${id} alone`)
    for (const word of words) {
      t.equal(said(`${word}: ${NUMBER[id]}`, id), 'this', word)
      t.equal(said(`${NUMBER[id]} (${word})`, id), 'this', `behind it, ${word}`)
    }
  }
  t.end()
})

await t.test('a word', t => {
  const card = NUMBER['payment-card']
  const cases: [string, string, string][] = [
    ['counts within 60 characters', `Visa ${'x '.repeat(25)}${card}`, 'this'],
    ['does not count beyond them', `Visa ${'x '.repeat(40)}${card}`, 'nothing'],
    ['does not count as a part of another', `Visagist ${card}`, 'nothing'],
    ['does not count where it is cut', `televisa${' x'.repeat(28)} ${card}`, 'nothing'],
    ['for another number counts when it is nearer', `Kreditkarte, Rechnung ${card}`, 'another'],
    ['for another number does not when it is not', `Rechnung per Kreditkarte ${card}`, 'this'],
    ['for another number behind it does not', `Visa ${card}, Tel. 044`, 'this'],
  ]
  for (const [name, text, want] of cases) t.equal(said(text, 'payment-card'), want, name)
  t.end()
})

await t.test('a word for another number alone counts where the number could stand alone', t => {
  t.equal(said('Tracking: 86095742719', 'steuer-id'), 'another')
  t.equal(said('Tracking: 123456601', 'lanr'), 'nothing')
  t.end()
})

await t.test('the words of the settings stand in place of the shipped ones', t => {
  const own = { lanr: ['Doktor-Nr*'] }
  t.equal(said('Doktor-Nr.: 123456601', 'lanr', own), 'this')
  t.equal(said('LANR 123456601', 'lanr', own), 'nothing')
  t.equal(said('LANR 123456601', 'lanr', { lanr: ['*', '', '№', ' ** '] }), 'nothing')
  t.end()
})

await t.test('no shipped word is empty or there twice', t => {
  for (const words of [...Object.values(CONTEXT_WORDS), OTHER_NUMBERS]) {
    t.equal(new Set(words).size, words.length)
    t.same(
      words.filter(word => wordsOf(foldText(word).text).trim() !== word.replaceAll('*', '')),
      [],
      'written as they are compared',
    )
  }
  t.end()
})
