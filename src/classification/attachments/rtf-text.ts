import iconv from 'iconv-lite'
import { GatewayError } from '../../errors.js'
import type { TextSink } from './text-sink.js'

/** Groups whose content no reader sees. */
const UNSEEN = new Set(
  (
    'fonttbl colortbl stylesheet listtable listoverridetable revtbl rsidtbl generator themedata ' +
    'colorschememapping datastore latentstyles pict objdata blipuid fldinst xmlnstbl mmathPr ' +
    'filetbl pgptbl wgrffmtfilter passwordhash userprops bkmkstart bkmkend panose falt fontemb'
  ).split(' '),
)

/** Groups of extensions (`{\*\…}`) that hold words all the same. */
const SEEN_EXTENSIONS = new Set(
  'shptxt shpinst annotation atnauthor footnote ftnsep aftnsep nonesttables nesttableprops htmltag'.split(
    ' ',
  ),
)

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['par', '\n'],
  ['line', '\n'],
  ['sect', '\n'],
  ['page', '\n'],
  ['row', '\n'],
  ['nestrow', '\n'],
  ['cell', '\t'],
  ['nestcell', '\t'],
  ['tab', '\t'],
  ['emdash', '\u2014'],
  ['endash', '\u2013'],
  ['lquote', '\u2018'],
  ['rquote', '\u2019'],
  ['ldblquote', '\u201c'],
  ['rdblquote', '\u201d'],
  ['bullet', '\u2022'],
  ['emspace', ' '],
  ['enspace', ' '],
])

/** Character sets by \fcharset; 0 is that of the document. */
const FONT_SETS: ReadonlyMap<number, string> = new Map([
  [77, 'macintosh'],
  [128, 'shift_jis'],
  [129, 'cp949'],
  [134, 'gbk'],
  [136, 'big5'],
  [161, 'windows-1253'],
  [162, 'windows-1254'],
  [163, 'windows-1258'],
  [177, 'windows-1255'],
  [178, 'windows-1256'],
  [186, 'windows-1257'],
  [204, 'windows-1251'],
  [222, 'windows-874'],
  [238, 'windows-1250'],
])

/** Groups inside each other; Word writes thirty. */
const MAX_DEPTH = 1000

interface Group {
  readonly isSeen: boolean
  /** Bytes that stand for a character which \u gave already. */
  readonly skip: number
  readonly charset: string | undefined
}

const TOKEN =
  /\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/g

/**
 * Reads a Rich Text document: its words with tables, footnotes, fields and comments.
 *
 * Throws  ERR_CONTAINER_MALFORMED for groups that never close; what the sink throws.
 * Source  Rich Text Format Specification 1.9.1
 */
export function readRtf(bytes: Buffer, sink: TextSink): void {
  const source = bytes.toString('latin1')
  const groups: Group[] = []
  const fonts = new Map<number, string>()
  let group: Group = { isSeen: true, skip: 1, charset: undefined }
  let codepage = 'windows-1252'
  let isExtension = false
  let skipping = 0
  let font = 0
  let raw: string[] = []
  const flush = (): void => {
    if (raw.length === 0) return
    const text = decoded(raw.join(''), group.charset ?? codepage)
    raw = []
    sink.add(text)
  }
  const add = (text: string): void => {
    flush()
    if (group.isSeen) sink.add(text)
  }
  const addBytes = (latin1: string): void => {
    if (skipping >= latin1.length) {
      skipping -= latin1.length
      return
    }
    const rest = latin1.slice(skipping)
    skipping = 0
    if (group.isSeen) raw.push(rest)
  }
  const control = (word: string, value: number | undefined): void => {
    if (isExtension) {
      isExtension = false
      if (!SEEN_EXTENSIONS.has(word)) group = { ...group, isSeen: false }
    }
    if (UNSEEN.has(word)) group = { ...group, isSeen: false }
    else if (word === 'ansicpg') codepage = codepageName(value) ?? codepage
    else if (word === 'mac') codepage = 'macintosh'
    else if (word === 'uc') group = { ...group, skip: Math.min(Math.max(value ?? 1, 0), 16) }
    else if (word === 'fcharset') {
      const set = FONT_SETS.get(value ?? 0)
      if (set !== undefined && fonts.size < MAX_DEPTH) fonts.set(font, set)
    } else if (word === 'f') {
      font = value ?? 0
      flush()
      group = { ...group, charset: fonts.get(font) }
    } else if (word === 'u') {
      add(String.fromCharCode((value ?? 0) & 0xffff))
      skipping = group.skip
    } else {
      const character = CHARACTERS.get(word)
      if (character !== undefined) add(character)
    }
  }
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(source); found !== null; found = TOKEN.exec(source)) {
    const [, word, digits, hex, symbol, brace, plain] = found
    if (word !== undefined) {
      const value = digits === undefined ? undefined : Number(digits)
      if (word === 'bin') TOKEN.lastIndex += Math.max(0, value ?? 0)
      else control(word, value)
    } else if (hex !== undefined) addBytes(String.fromCharCode(Number.parseInt(hex, 16)))
    else if (plain !== undefined) addBytes(plain)
    else if (brace === '{') {
      flush()
      if (groups.push(group) > MAX_DEPTH)
        throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'its groups never close' })
      skipping = 0
    } else if (brace === '}') {
      flush()
      group = groups.pop() ?? group
      isExtension = false
      skipping = 0
    } else if (symbol === '*') isExtension = true
    else if (symbol === '~') add(' ')
    else if (symbol === '_') add('-')
    else if (symbol === '\n' || symbol === '\r') add('\n')
    else if (symbol !== undefined && '\\{}'.includes(symbol)) addBytes(symbol)
  }
  flush()
}

function decoded(latin1: string, charset: string): string {
  return iconv.decode(Buffer.from(latin1, 'latin1'), charset)
}

function codepageName(number: number | undefined): string | undefined {
  const name = number === 65001 ? 'utf-8' : number === 10000 ? 'macintosh' : `cp${number ?? 0}`
  return iconv.encodingExists(name) ? name : undefined
}
