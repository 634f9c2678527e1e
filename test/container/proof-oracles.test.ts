import t from 'tap'
import { allDetectors, messageAround } from '../support/detectors.js'
import { OracleBox } from '../support/oracle-box.js'
import { pdfVariants } from '../support/pdf-variants.js'
import { pgpVariants } from '../support/pgp-variants.js'
import { sevenZipVariants } from '../support/seven-zip-variants.js'
import { smimeVariants } from '../support/smime-variants.js'
import type { Guard, Opening, Variant } from '../support/variant.js'
import { zipVariants } from '../support/zip-variants.js'

t.setTimeout(300_000)

type Make = (box: OracleBox) => readonly Variant[]

/** Who makes them, and how many: a table that shrinks is noticed. */
const FAMILIES: readonly (readonly [name: string, make: Make, count: number])[] = [
  ['openssl', smimeVariants, 99],
  ['gpg', pgpVariants, 104],
  ['zip and 7z', zipVariants, 132],
  ['7z', sevenZipVariants, 144],
  ['qpdf', pdfVariants, 90],
]

/** What has to come of each: what the oracle opens, and what the detectors say. */
const WANT: Readonly<Record<Guard, readonly [opens: Opening, verdict: string]>> = {
  strong: ['never', 'encrypted'],
  weak: ['never', 'weak'],
  mixed: ['partly', 'partial'],
  none: ['whole', 'not-encrypted'],
}

const look = await allDetectors()
let confirmed = 0

for (const [family, make, count] of FAMILIES)
  await t.test(`what ${family} makes is judged as it says itself`, async t => {
    const box = new OracleBox()
    t.teardown(() => box.close())
    const variants = make(box)
    for (const { name, bytes, guard, isMessage, ...oracle } of variants) {
      const [opens, verdict] = WANT[guard]
      t.equal(oracle.opens, opens, `${name}: what the oracle opens without the secret`)
      t.ok(oracle.opensWithSecret, `${name}: the oracle opens it with the secret`)
      const found = await look(isMessage === true ? bytes : messageAround(bytes))
      const said = [...new Set(found.map(finding => finding.verdict))]
      // What no detector knows is content that anybody can read.
      const judged = said.length === 0 ? 'not-encrypted' : said.join(' and ')
      t.equal(judged, verdict, `${name}: ${found.map(({ why }) => why).join(', ')}`)
      confirmed += 1
    }
    t.equal(variants.length, count, 'none of them is missing')
  })

await t.test('there are as many as promised', t => {
  t.ok(confirmed >= 300, `${confirmed} variants`)
  t.end()
})
