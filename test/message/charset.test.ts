import t from 'tap'
import { decodeText, encodeText } from '../../src/message/charset.js'

type Case = [
  name: string,
  bytes: string,
  charset: string | undefined,
  want: string,
  trouble?: string,
]

const DECODE: readonly Case[] = [
  ['ASCII without a claim', 'abc', undefined, 'abc'],
  ['UTF-8 without a claim', 'a\xc3\xbc', undefined, 'aü', 'undeclared-8bit'],
  ['latin1 behind us-ascii', 'a\xfc', 'US-ASCII', 'aü', 'undeclared-8bit'],
  ['utf-8', 'a\xc3\xbc', 'utf-8', 'aü'],
  ['UTF8, as some write it', 'a\xc3\xbc', 'UTF8', 'aü'],
  ['broken utf-8 is still text', 'a\xfcb', 'utf-8', 'a\ufffdb', 'bad-charset'],
  ['latin1', 'a\xfc', 'iso-8859-1', 'aü'],
  ['windows-1252 behind latin1', '\x80', 'iso-8859-1', '€'],
  ['latin9', '\xa4', 'ISO-8859-15', '€'],
  ['a language after the name', '\xa4', 'iso-8859-15*de', '€'],
  ['koi8-r', '\xc1', 'koi8-r', 'а'],
  ['gb18030', '\xc4\xe3', 'gb18030', '你'],
  ['shift_jis', '\x93\xfa', 'Shift_JIS', '日'],
  ['broken shift_jis', '\x93', 'shift_jis', '\ufffd', 'bad-charset'],
  ['utf-16le', 'a\0b\0', 'utf-16le', 'ab'],
  ['utf-7, by iconv-lite', '+AOQ-x', 'utf-7', 'äx'],
  ['cp437, by iconv-lite', '\x81', 'cp437', 'ü'],
  ['utf-32, broken', 'a\0\0\0\xff\xff\xff\xff', 'utf-32le', 'a\ufffd', 'bad-charset'],
  ['a name of windows-1252', '\x84a\x93', 'cp1252', '„a“'],
  ['a name of it that only WHATWG knows', '\xfc', 'ansi_x3.4-1968', 'ü'],
  ['a byte that windows-1252 lacks', 'a\x81', 'windows-1252', 'a\ufffd', 'bad-charset'],
  ['base64 is no character set', 'secret', 'base64', 'secret', 'unknown-charset'],
  ['hex neither', 'secret', ' HEX ', 'secret', 'unknown-charset'],
  ['binary neither', 'a\xfc', 'bi-nary', 'aü', 'unknown-charset'],
  ['a name of an object', 'a', '__proto__', 'a', 'unknown-charset'],
  ['another name of an object', 'a', 'constructor', 'a', 'unknown-charset'],
  ['a set that TextDecoder refuses on purpose', 'a', 'iso-2022-kr', 'a', 'unknown-charset'],
  ['an unknown set with UTF-8', 'a\xc3\xbc', 'x-nosuch', 'aü', 'unknown-charset'],
  ['an unknown set with other bytes', 'a\xfc', 'x-nosuch', 'aü', 'unknown-charset'],
]

await t.test('decoding', t => {
  for (const [name, bytes, charset, text, trouble] of DECODE) {
    const want = trouble === undefined ? { text } : { text, trouble }
    t.same(decodeText(Buffer.from(bytes, 'latin1'), charset), want, name)
  }
  t.end()
})

await t.test('a character cut in half at the limit is no trouble', t => {
  const bytes = Buffer.from('aü').subarray(0, 2)
  t.same(decodeText(bytes, 'utf-8', true), { text: 'a' })
  t.equal(decodeText(bytes, 'utf-8').trouble, 'bad-charset')
  t.end()
})

const ENCODE: readonly [text: string, charset: string | undefined, want: string | undefined][] = [
  ['abc', undefined, 'abc'],
  ['ü', undefined, undefined],
  ['ü', 'iso-8859-1', '\xfc'],
  ['€', 'iso-8859-1', undefined],
  ['€', 'windows-1252', '\x80'],
  ['日?', 'shift_jis', '\x93\xfa?'],
  ['ü', 'utf-8', '\xc3\xbc'],
  ['ü', 'x-nosuch', undefined],
]

await t.test('encoding says when a set lacks a character', t => {
  for (const [text, charset, want] of ENCODE) {
    t.equal(encodeText(text, charset)?.toString('latin1'), want, `${text} in ${charset ?? 'none'}`)
  }
  t.end()
})
