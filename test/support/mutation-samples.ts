import { sevenZip, writeContents } from './archive-variants.js'
import { checkSumsOf, repaired } from './check-sums.js'
import { noise } from './container-bytes.js'
import { corpus } from './detect-tools.js'
import { ODF_TYPE, ODF_XML, odfEncryption, odfFile, odfManifest, sealedOdf } from './odf-bytes.js'
import { agileInfo, packageStreams, standardInfo, wordStreams } from './office-bytes.js'
import { oleOf } from './ole-bytes.js'
import type { OracleBox } from './oracle-box.js'
import { LETTER_PDF } from './pdf-bytes.js'
import type { Gpg } from './pgp-variants.js'
import { hiddenRar4, hiddenRar5, rar4Of, rar5Of } from './rar-bytes.js'
import { LICENCE, pfile, rpmsg } from './rms-bytes.js'
import { makeSmimeKeys } from './smime-variants.js'
import { LETTER_TEXT } from './variant.js'
import { aesPart, zipCryptoPart, zipOf } from './zip-bytes.js'

export const FAMILIES = ['smime', 'pgp', 'zip', '7z', 'rar', 'pdf', 'office', 'odf', 'rms'] as const
export type Family = (typeof FAMILIES)[number]

/** A good file of which mutants are made. */
export interface Sample {
  readonly family: Family
  readonly name: string
  readonly bytes: Buffer
  /** Whether anybody can read all of it, as it stands or with a password that everybody knows. */
  readonly isPlain: boolean
  /** How many mutants of it are looked at in a whole run. */
  readonly most: number
  /** Whether a file inside may be what is protected, so that an oracle opens the one around it. */
  readonly mayBeNested: boolean
}

type Row = readonly [name: string, bytes: Buffer, isPlain?: boolean, most?: number]

/**
 * There are many labelled samples, and some of them are large; to look at a protected Office file is
 * to derive a key in 100,000 rounds.
 */
const MOST_LABELLED = 200
const MOST_LABELLED_OFFICE = 40

/** Each look costs thousands of rounds of key derivation, which cannot be had for less. */
const MOST_COSTLY = 1000

/** A few files of each of these families, protected and not. */
export function ownSamples(
  box: OracleBox,
  gpg: Gpg,
  families: readonly Family[],
): readonly Sample[] {
  writeContents(box)
  const makers: Readonly<Record<Family, () => readonly Row[]>> = {
    smime: () => smime(box),
    pgp: () => pgp(gpg),
    zip: () => zip(box),
    '7z': () => packed(box),
    rar,
    pdf: () => pdf(box),
    office,
    odf,
    rms,
  }
  return families.flatMap(family =>
    makers[family]().map(([name, bytes, isPlain = false, most = Infinity]) => ({
      family,
      name: `${family}, ${name}`,
      bytes,
      isPlain,
      most,
      mayBeNested: false,
    })),
  )
}

const KINDS: Readonly<Record<string, Family>> = {
  cms: 'smime',
  pgp: 'pgp',
  zip: 'zip',
  '7z': '7z',
  rar: 'rar',
  pdf: 'pdf',
  office: 'office',
  rms: 'rms',
}

/** The labelled samples beside the checkout; none where they are not there. */
export function labelledSamples(): readonly Sample[] {
  return (corpus(Object.keys(KINDS)) ?? []).flatMap(({ file, kind, verdict, bytes }) => {
    const family = KINDS[kind]
    if (family === undefined) return []
    const isPlain = verdict === 'not-encrypted'
    const most = family === 'office' ? MOST_LABELLED_OFFICE : MOST_LABELLED
    return [{ family, name: file, bytes, isPlain, most, mayBeNested: !isPlain }]
  })
}

function smime(box: OracleBox): readonly Row[] {
  makeSmimeKeys(box)
  const make = (how: string, ...options: readonly string[]): Buffer =>
    box.make('openssl', ['cms', how, '-binary', '-outform', 'DER', ...options], LETTER_TEXT)
  const sign = ['-nodetach', '-signer', 'rsa.pem', '-inkey', 'rsa.key', '-nocerts']
  const key = ['-secretkey', '00'.repeat(32)]
  return [
    ['AES-256-CBC for RSA, DER', make('-encrypt', '-aes256', 'rsa.pem')],
    ['AES-128-GCM for EC, BER', make('-encrypt', '-aes-128-gcm', '-stream', '-indef', 'ec.pem')],
    ['EncryptedData', make('-EncryptedData_encrypt', '-aes256', ...key)],
    ['signed, DER', make('-sign', ...sign), true],
    ['signed, BER', make('-sign', ...sign, '-stream', '-indef'), true],
    ['digested', make('-digest_create'), true],
  ]
}

function pgp(gpg: Gpg): readonly Row[] {
  const make = (...args: readonly string[]): Buffer => gpg.make(args, LETTER_TEXT)
  const fast = ['--s2k-mode', '1']
  return [
    ['for a key', make('--encrypt', '--recipient', 'ecc@example.org')],
    ['for a passphrase, armoured', make('--armor', '--symmetric', ...fast)],
    ['for a passphrase', make('--symmetric', ...fast)],
    ['signed', make('--sign', '--local-user', 'ecc@example.org', '--compress-algo', 'none'), true],
    ['signed, armoured', make('--armor', '--sign', '--local-user', 'ecc@example.org'), true],
    ['stored', make('--store'), true],
  ]
}

function zip(box: OracleBox): readonly Row[] {
  const make = (...options: string[]): Buffer =>
    sevenZip(box, 'x.zip', ['-tzip', ...options, 'a.txt', 'empty.txt'])
  return [
    ['ZipCrypto', make('-pgeheim', '-mem=ZipCrypto')],
    ['AES-256', make('-pgeheim', '-mem=AES256')],
    ['AES-128, ZIP64', zipOf([aesPart('geheim', {}, 1)], { isLarge: true })],
    ['plain', make(), true],
    ['plain and stored', make('-mm=copy'), true],
    ['plain, ZIP64', zipOf([{}, { name: 'b.txt', method: 0 }], { isLarge: true }), true],
    ['an empty password, AES', zipOf([aesPart('')]), true],
    ['an empty password, ZipCrypto', zipOf([zipCryptoPart('')]), true],
  ]
}

function packed(box: OracleBox): readonly Row[] {
  const make = (...options: string[]): Buffer =>
    sevenZip(box, 'x.7z', [...options, 'a.txt', 'b.txt', 'empty.txt'])
  return [
    ['AES', make('-pgeheim'), false, MOST_COSTLY],
    ['AES, names too', cheap(make('-pgeheim', '-mhe=on'))],
    ['AES, header as it is', cheap(make('-pgeheim', '-mhc=off', '-m0=copy'))],
    ['plain', make(), true],
    ['plain, header as it is', make('-mhc=off', '-m0=copy'), true],
  ]
}

/** 2 to the power of four rounds in place of 19: nobody has the key then, but it is tried for less. */
function cheap(archive: Buffer): Buffer {
  const changed = Buffer.from(archive)
  const aes = Buffer.from('2406f1070112', 'hex')
  const power = changed.indexOf(aes) + aes.length
  changed[power] = ((changed[power] ?? 0) & 0xc0) | 4
  return repaired(changed, checkSumsOf(archive))
}

function rar(): readonly Row[] {
  const sealed = { password: 'geheim' }
  return [
    ['version 5, AES-256', rar5Of([sealed])],
    ['version 5, names too', hiddenRar5('geheim')],
    ['version 4, AES-128', rar4Of([sealed])],
    ['version 4, names too', hiddenRar4()],
    ['version 5, plain', rar5Of([{}, {}]), true],
    ['version 4, plain', rar4Of([{}, {}]), true],
  ]
}

function pdf(box: OracleBox): readonly Row[] {
  box.write('in.pdf', LETTER_PDF)
  const make = (...options: readonly string[]): Buffer => {
    const fixed = ['--static-id', '--static-aes-iv', '--allow-weak-crypto']
    box.ask('qpdf', [...fixed, 'in.pdf', 'out.pdf', ...options])
    return box.read('out.pdf')
  }
  const lock = (user: string, ...options: readonly string[]): Buffer =>
    make('--encrypt', user, 'besitzer', ...options, '--')
  return [
    ['R2', lock('geheim', '40')],
    ['R3', lock('geheim', '128', '--use-aes=n')],
    ['R4', lock('geheim', '128', '--use-aes=y')],
    ['R5', lock('geheim', '256', '--force-R5')],
    ['R6', lock('geheim', '256')],
    ['R6, object streams', make('--object-streams=generate', '--encrypt', 'u', 'o', '256', '--')],
    ['R4, no user password', lock('', '128', '--use-aes=y'), true],
    ['R6, no user password', lock('', '256'), true],
    ['plain', LETTER_PDF, true],
    ['plain, object streams', make('--object-streams=generate'), true],
  ]
}

function office(): readonly Row[] {
  const content = noise(480)
  const letter = Buffer.concat(Array.from({ length: 30 }, () => LETTER_TEXT))
  const locked = (info: Buffer): Buffer => oleOf(packageStreams(info, content))
  return [
    ['agile', locked(agileInfo('geheim', { rounds: 1 }))],
    ['agile, the password everybody knows', locked(agileInfo('VelvetSweatshop', { rounds: 1 }))],
    ['standard', locked(standardInfo('geheim')), false, MOST_COSTLY],
    ['plain', oleOf(wordStreams(0x0200, Buffer.alloc(8), letter)), true],
  ]
}

function odf(): readonly Row[] {
  const manifest = odfManifest(odfEncryption('content.xml'))
  return [
    ['AES', zipOf([ODF_TYPE, sealedOdf('geheim'), manifest])],
    ['no password', zipOf([ODF_TYPE, sealedOdf(''), manifest])],
    ['plain', zipOf([ODF_TYPE, odfFile('content.xml', ODF_XML), odfManifest()]), true],
  ]
}

function rms(): readonly Row[] {
  const sealed = oleOf([
    ['\u0009DRMContent', noise(600)],
    ['\u0009DRMDataSpace', noise(64)],
  ])
  const letter = Buffer.concat(Array.from({ length: 20 }, () => LETTER_TEXT))
  return [
    ['rpmsg', rpmsg(sealed)],
    ['pfile', pfile(LICENCE, noise(500))],
    ['a document that is forged', oleOf([['\u0009DRMContent', letter]]), true],
    ['pfile that is forged', pfile(LICENCE, letter), true],
  ]
}
