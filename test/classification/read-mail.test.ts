import t from 'tap'
import type { Judge } from '../../src/classification/judge.js'
import { readMail } from '../../src/classification/read-mail.js'
import { never } from '../support/dictionaries.js'
import { mailOf } from '../support/plugins-run.js'

/** A judge that notes what it reads, and has enough after so many passages. */
function noting(log: unknown[], enough = 100): Judge {
  let seen = 0
  return {
    get isFull() {
      return seen >= enough
    },
    async read(passage) {
      seen++
      log.push(passage)
    },
    labels: () => [{ id: 'seen', class: 'high', why: String(seen) }],
  }
}

await t.test('judges that are asked together see the same passages', async t => {
  const mail = await mailOf('Subject: A\n\nHello\n')
  const [first, second]: [unknown[], unknown[]] = [[], []]
  const labels = await Promise.all([
    readMail(mail, noting(first), 1000, never),
    readMail(mail, noting(second), 1000, never),
  ])
  t.equal(first.length, 2)
  t.ok(first.every((passage, at) => passage === second[at]))
  t.match(labels, [[{ why: '2' }], [{ why: '2' }]])
  t.end()
})

await t.test('judges with other limits, or that come later, read for themselves', async t => {
  const mail = await mailOf('Subject: A\n\nHello\n')
  const [first, second, third]: [unknown[], unknown[], unknown[]] = [[], [], []]
  await Promise.all([
    readMail(mail, noting(first), 1000, never),
    readMail(mail, noting(second), 2, never),
  ])
  await readMail(mail, noting(third), 1000, never)
  t.match(second[1], { text: 'He', isCut: true })
  t.equal(third.length, 2)
  t.not(first[0], third[0])
  t.end()
})

await t.test('nothing more is read when every judge has enough', async t => {
  const mail = await mailOf('Subject: A\n\nHello\n')
  const log: unknown[] = []
  await readMail(mail, noting(log, 1), 1000, never)
  t.equal(log.length, 1)
  t.end()
})
