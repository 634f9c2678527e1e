import t from 'tap'
import { createTransferDecoder, encodingKind } from '../../src/message/transfer-decoder.js'
import { decodeAll } from '../support/message-decoding.js'

const CASES: readonly [encoding: string, input: string, want: string, kind: string][] = [
  ['7bit', '=41', '=41', 'identity'],
  ['8bit', '=41', '=41', 'identity'],
  ['binary', '=41', '=41', 'identity'],
  ['base64', 'QQ==', 'A', 'base64'],
  ['quoted-printable', '=41', 'A', 'quoted-printable'],
  ['x-uuencode', 'begin 644 a\n!00``\nend\n', 'A', 'uuencode'],
  ['x-nosuch', '=41', '=41', 'unknown'],
]

await t.test('every encoding has its decoder, an unknown one is read as it stands', t => {
  for (const [encoding, input, want, kind] of CASES) {
    t.equal(encodingKind(encoding), kind)
    t.same(
      decodeAll(createTransferDecoder(encoding), input),
      { text: want, isDamaged: false },
      encoding,
    )
  }
  t.end()
})
