import type { LetterEntry } from '../../src/store/sealing.js'
import type { StoreCase } from './store-cases.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from './store-guests.js'

const LETTER: LetterEntry = {
  key: 'key',
  customer: 'default',
  reference: 'ref',
  sender: 'anna@in.example',
  recipient: 'bob@x.example',
  domain: 'x.example',
  format: 'html',
  way: 'sender',
  password: 'sealed password',
  telephone: undefined,
  createdAt: 1000,
}
const PASSWORD = sampleNotice({ kind: 'password', cause: 'Q1', messageId: 'password.key' })
const SENT = sampleDelivery({
  at: 5000,
  queueId: 'Q1',
  service: 'sealed',
  recipient: 'Bob@x.example',
  status: 'sent',
})
const BACK = { ...SENT, status: 'bounced', dsn: '5.7.1', text: 'blocked attachment' }

/** What every store does for sealed letters. */
export const SEALING_CASES: readonly StoreCase[] = [
  [
    'of several tries the first brings the password, and the last the format',
    async (t, open) => {
      const { sealing } = await open(t)
      t.equal(await sealing.letter('key'), undefined)
      t.same(await sealing.keepLetter(LETTER), LETTER)
      const again = { ...LETTER, password: 'another', way: 'agreed', format: 'pdf' } as const
      t.same(await sealing.keepLetter(again), { ...LETTER, format: 'pdf' })
      t.same(await sealing.letter('key'), { ...LETTER, format: 'pdf' })
    },
  ],
  [
    'a letter that needed no password has one from whoever cannot do without, once',
    async (t, open) => {
      const { sealing } = await open(t)
      const keyed = { ...LETTER, format: 'smime', way: 'key', password: 'seed alone' } as const
      t.same(await sealing.keepLetter(keyed), keyed)
      t.same(await sealing.keepLetter({ ...keyed, password: 'other' }), keyed)
      t.same(await sealing.keepLetter(LETTER), LETTER)
      t.same(await sealing.keepLetter({ ...LETTER, password: 'third' }), LETTER)
      t.same(await sealing.keepLetter(keyed), { ...LETTER, format: 'smime' })
    },
  ],
  [
    'of two gateways that seal at once, both get the same password',
    async (t, open) => {
      const { sealing } = await open(t)
      const kept = await Promise.all(
        ['one', 'two', 'three'].map(password => sealing.keepLetter({ ...LETTER, password })),
      )
      t.equal(new Set(kept.map(({ password }) => password)).size, 1)
    },
  ],
  [
    'letters are found by reference and key, for one customer or all, newest first',
    async (t, open) => {
      const { sealing } = await open(t)
      await sealing.keepLetter(LETTER)
      await sealing.keepLetter({ ...LETTER, key: 'k2', createdAt: 2000 })
      await sealing.keepLetter({ ...LETTER, key: 'k3', customer: 'clinic', reference: 'r3' })
      const keys = async (customer: string, id: string | undefined): Promise<string[]> =>
        (await sealing.findLetters(customer, id)).map(({ key }) => key)
      t.same(await keys('*', 'ref'), ['k2', 'key'])
      t.same(await keys('*', 'k2'), ['k2'])
      t.same(await keys('clinic', 'ref'), [])
      t.same(await keys('clinic', undefined), ['k3'])
    },
  ],
  [
    'an answer is noted once, and those that did not open are counted by letter and time',
    async (t, open) => {
      const { sealing } = await open(t)
      const answer = { digest: 'd1', key: 'key', outcome: 'opened', mail: 'm1', at: 1000 } as const
      await sealing.noteAnswer(answer)
      await sealing.noteAnswer({ ...answer, outcome: 'refused', mail: 'm2', at: 2000 })
      t.same(await sealing.answer('d1'), answer)
      t.equal(await sealing.answer('d2'), undefined)
      for (const [digest, key, at] of [
        ['d2', 'key', 1000],
        ['d3', 'key', 2000],
        ['d4', 'other', 2000],
      ] as const)
        await sealing.noteAnswer({ digest, key, outcome: 'refused', mail: 'm', at })
      t.equal(await sealing.countRefusedAnswers('key', 0), 2)
      t.equal(await sealing.countRefusedAnswers('key', 2000), 1)
    },
  ],
  [
    'a password is released when the log shows the letter in the queue, in whichever entry',
    async (t, open) => {
      const store = await open(t, { now: () => 4500 })
      await store.sealing.keepLetter(LETTER)
      await store.sealing.addLetterTry('key', 'Q1')
      await store.addNotice(PASSWORD)
      await store.sealing.addLetterTry('key', 'Q2')
      t.same(await store.dueNotices(10), [], 'held')
      await store.saveEvidence(sampleBatch({ deliveries: [{ ...SENT, queueId: 'Q3' }] }))
      t.same(await store.dueNotices(10), [], 'another entry')
      const before = { ...SENT, queueId: 'Q2', at: 3000 }
      await store.saveEvidence(sampleBatch({ deliveries: [before] }))
      t.same(await store.dueNotices(10), [], 'a line from before the letter')
      await store.saveEvidence(sampleBatch({ deliveries: [{ ...SENT, queueId: 'Q2' }] }))
      t.match(await store.dueNotices(10), [{ kind: 'password', key: 'key' }])
    },
  ],
  [
    'a letter that came back at once tells nobody its password',
    async (t, open) => {
      const store = await open(t, { now: () => 4500 })
      await store.sealing.keepLetter(LETTER)
      await store.sealing.addLetterTry('key', 'Q1')
      await store.addNotice(PASSWORD)
      await store.saveEvidence(sampleBatch({ deliveries: [BACK] }))
      const told = { kind: 'returned', to: 'anna@in.example', why: 'blocked attachment' }
      const due = await store.dueNotices(10)
      t.match(due, [{ ...told, key: 'key', recipient: 'bob@x.example', reference: 'ref' }])
      t.equal(due.length, 1)
      t.match(await store.sealing.refusedFormats('x.example'), [
        { format: 'html', said: 'blocked attachment' },
      ])
    },
  ],
  [
    'only an answer about the form of a letter is one',
    async (t, open) => {
      const store = await open(t, { now: () => 4500 })
      await store.sealing.keepLetter(LETTER)
      await store.sealing.addLetterTry('key', 'Q1')
      const lines: readonly (readonly [string, string, string, number])[] = [
        ['bounced', '5.1.1', 'no such attachment here', 0],
        ['bounced', '5.2.2', 'mailbox full', 0],
        ['bounced', '5.0.0', 'no', 0],
        ['deferred', '4.7.1', 'blocked attachment', 0],
        ['bounced', '5.0.0', 'html attachments are blocked', 1],
        ['bounced', '5.6.1', 'media not supported', 1],
      ]
      for (const [status, dsn, text, count] of lines) {
        await store.sealing.allowFormats('x.example', 'officer')
        await store.saveEvidence(sampleBatch({ deliveries: [{ ...SENT, status, dsn, text }] }))
        const refused = await store.sealing.refusedFormats('x.example')
        t.equal(refused.length, count, text)
      }
      t.equal(await store.sealing.allowFormats('x.example', 'officer'), 1)
      t.match(await store.listAudit('*'), [{ act: 'formats-allow', object: 'x.example' }])
    },
  ],
  [
    'the end of a waiting does not drop the password of its letter',
    async (t, open) => {
      const store = await open(t, { now: () => 4500 })
      const guest = sampleGuest({ key: 'key', why: 'hold' })
      await store.wait(guest)
      await store.addNotice(PASSWORD)
      await store.endWait('key', 'delivered')
      await store.wait(guest)
      await store.sealing.keepLetter(LETTER)
      await store.sealing.addLetterTry('key', 'Q1')
      await store.saveEvidence(sampleBatch({ deliveries: [SENT], removed: ['Q1'] }))
      t.match(await store.dueNotices(10), [{ kind: 'password' }])
    },
  ],
  [
    'what a sender gave first counts',
    async (t, open) => {
      const { sealing } = await open(t)
      const given = { customer: 'default', reference: 'ref', createdAt: 1000 }
      await sealing.keepGiven({ ...given, password: 'one', telephone: undefined })
      await sealing.keepGiven({ ...given, password: 'two', telephone: 'three' })
      const kept = { ...given, password: 'one', telephone: undefined }
      t.same(await sealing.given('ref'), kept)
      t.equal(await sealing.given('other'), undefined)
    },
  ],
  [
    'a standing password belongs to one customer, sender domain and recipient',
    async (t, open) => {
      const { sealing } = await open(t)
      const key = { customer: 'clinic', senderDomain: 'in.example', recipient: 'bob@x.example' }
      const entry = { ...key, password: 'sealed', setAt: 1000, setBy: 'officer' }
      await sealing.setStanding(entry)
      t.same(await sealing.standing(key), entry)
      await sealing.setStanding({ ...entry, password: 'newer' })
      t.match(await sealing.listStanding('*'), [{ password: 'newer' }])
      for (const other of [
        { customer: 'lawyer' },
        { senderDomain: '*' },
        { recipient: 'eva@x.example' },
      ])
        t.equal(await sealing.standing({ ...key, ...other }), undefined)
      t.equal(await sealing.removeStanding({ ...key, customer: 'lawyer' }), false)
      t.equal(await sealing.removeStanding(key), true)
      t.same(await sealing.listStanding('clinic'), [])
    },
  ],
  [
    'every sealed text is found once and replaced only as it was read',
    async (t, open) => {
      const { sealing } = await open(t)
      const given = { customer: 'default', reference: 'g', createdAt: 1000 }
      await sealing.keepGiven({ ...given, password: 'p1', telephone: 'p2' })
      await sealing.keepLetter({ ...LETTER, password: 'p3', telephone: 'p4' })
      for (const customer of ['default', 'clinic'])
        await sealing.setStanding({
          customer,
          senderDomain: 'in.example',
          recipient: 'bob@x.example',
          password: `p5 ${customer}`,
          setAt: 1000,
          setBy: 'officer',
        })
      const found: string[] = []
      for (let page = await sealing.sealedTexts(undefined); page.length > 0;) {
        found.push(...page.map(({ text }) => text))
        page = await sealing.sealedTexts(page.at(-1))
      }
      t.same(found, ['p1', 'p2', 'p3', 'p4', 'p5 clinic', 'p5 default'])
      const [first] = await sealing.sealedTexts(undefined)
      t.equal(await sealing.replaceSealed(first!, 'new'), true)
      t.equal(await sealing.replaceSealed(first!, 'newer'), false, 'it is another by now')
      t.match(await sealing.given('g'), { password: 'new', telephone: 'p2' })
    },
  ],
  [
    'passwords go with their retention, those of letters on their way stay',
    async (t, open) => {
      const day = 86_400_000
      let now = 1000
      const store = await open(t, { now: () => now, passwordRetentionMs: day })
      await store.sealing.keepLetter(LETTER)
      await store.sealing.addLetterTry('key', 'Q1')
      const answer = { digest: 'd', key: 'key', outcome: 'opened', mail: 'm', at: day / 2 } as const
      await store.sealing.noteAnswer(answer)
      now = 3 * day
      await store.purge()
      t.ok(await store.sealing.letter('key'), 'a message may be on its way for seven days')
      t.ok(await store.sealing.answer('d'))
      now = 8 * day
      await store.purge()
      t.equal(await store.sealing.letter('key'), undefined)
      t.equal(await store.sealing.answer('d'), undefined)
      t.same((await store.purge()).waits, 0)
    },
  ],
  [
    'a disclosure is on record',
    async (t, open) => {
      const store = await open(t, { now: () => 1000 })
      await store.sealing.auditPassword({
        customer: '*',
        by: 'officer',
        act: 'password-show',
        object: 'ref',
        detail: 'x.example: asked for',
      })
      t.match(await store.listAudit('*'), [{ act: 'password-show', actor: 'officer', at: 1000 }])
    },
  ],
]
