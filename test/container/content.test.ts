import { deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { judgeContent } from '../../src/container/content.js'
import { PKESK, SEIPD, compressed, enveloped, noise } from '../support/container-bytes.js'
import { timed, walk } from '../support/container-walk.js'
import { agileInfo, packageStreams } from '../support/office-bytes.js'
import { oleOf } from '../support/ole-bytes.js'
import { hiddenRar5, rar5Of } from '../support/rar-bytes.js'
import { SECRET, aesPart, zipCryptoPart, zipOf } from '../support/zip-bytes.js'

const sealed = zipOf([aesPart('geheim')])
const holding = (...contents: readonly Buffer[]): Buffer =>
  zipOf(contents.map((content, index) => ({ name: `${index}.bin`, content })))

await t.test('what a plain archive holds is judged for itself', async t => {
  const office = oleOf(packageStreams(agileInfo('geheim')))
  const cases: [name: string, bytes: Buffer, system: string, verdict: string][] = [
    ['a protected archive', holding(sealed), 'zip', 'encrypted'],
    ['two of them', holding(sealed, sealed), 'zip', 'encrypted'],
    ['a weak one', holding(zipOf([zipCryptoPart('x')])), 'zip', 'weak'],
    ['a weak beside a strong one', holding(zipOf([zipCryptoPart('x')]), sealed), 'zip', 'partial'],
    ['a text beside', holding(sealed, SECRET), 'zip', 'partial'],
    ['one that holds a text beside', holding(holding(sealed, SECRET)), 'zip', 'partial'],
    ['RAR', holding(hiddenRar5('geheim')), 'rar', 'encrypted'],
    ['Office', holding(office), 'office', 'encrypted'],
    ['CMS', holding(enveloped()), 'smime', 'encrypted'],
    ['OpenPGP', holding(Buffer.concat([PKESK, SEIPD])), 'pgp', 'encrypted'],
    ['CMS that only packs', holding(compressed(deflateSync(SECRET))), 'zip', 'not-encrypted'],
    ['a broken archive', holding(sealed.subarray(0, 100)), 'zip', 'unknown'],
    ['two layers', holding(holding(sealed)), 'zip', 'encrypted'],
    ['three layers', holding(holding(holding(sealed))), 'zip', 'encrypted'],
    ['four layers', holding(holding(holding(holding(sealed)))), 'zip', 'unknown'],
    ['a plain RAR archive', holding(rar5Of([{ content: sealed }])), 'zip', 'encrypted'],
    ['another packing', holding(gzipSync(sealed)), 'zip', 'not-encrypted'],
    ['noise', holding(noise(500)), 'zip', 'not-encrypted'],
  ]
  let seen = 0
  for (const [name, bytes, system, verdict] of cases) {
    const judgement = await walk(judgeContent, bytes)
    t.equal(judgement?.system, system, `${name}: ${judgement?.why}`)
    t.equal(judgement?.verdict, verdict, `${name}: ${judgement?.why}`)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('what is no container is nothing', async t => {
  for (const bytes of [SECRET, noise(3000), Buffer.alloc(0), gzipSync(SECRET)])
    t.equal(await walk(judgeContent, bytes), undefined)
})

await t.test('limits end what would not end, in bounded time', async t => {
  let nested = sealed
  for (let depth = 0; depth < 1000; depth += 1)
    nested = zipOf([{ name: 'a', method: 0, content: nested }])
  const zeros = zipOf([{ name: 'a', content: Buffer.alloc(20_000_000) }])
  const bomb = holding(...Array.from({ length: 20 }, () => zeros))
  const giant = zipOf([{ content: zipOf([{ method: 0, content: Buffer.alloc(70_000_000) }]) }])
  const crowd = zipOf(
    Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, content: SECRET })),
  )
  const cases: [name: string, bytes: Buffer, verdict: string, why: RegExp][] = [
    ['a thousand archives inside each other', nested, 'unknown', /too often/],
    ['twenty times twenty megabytes of zeros', bomb, 'not-encrypted', /none/],
    ['an archive of seventy megabytes inside', giant, 'unknown', /too large/],
    ['more than ten thousand entries', crowd, 'unknown', /too many entries/],
  ]
  let seen = 0
  for (const [name, bytes, verdict, why] of cases) {
    const { ms } = await timed(async () => {
      t.match(await walk(judgeContent, bytes), { verdict, why }, name)
    })
    t.ok(ms < 10_000, `${name}: ${ms} ms`)
    seen += 1
  }
  t.equal(seen, cases.length)
})
