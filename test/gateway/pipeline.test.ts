import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { decideMail, protect, type PassContext } from '../../src/gateway/pipeline.js'
import { loadPolicy } from '../../src/gateway/policy.js'
import type { PluginHost } from '../../src/host/load.js'
import type { Edit } from '../../src/message/edit.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Finding, Label, Level } from '../../src/policy/model.js'
import { routeFor } from '../../src/policy/route.js'
import { compileVendors } from '../../src/policy/vendor.js'
import { vendorSchema } from '../../src/policy/vendor-schema.js'

const policy = loadPolicy(parseConfig('', undefined))
const EDIT: Edit = { kind: 'add-header', name: 'X-Test', value: 'yes' }
const CONFIDENTIAL: Label = {
  plugin: 'classify/test',
  id: 'test',
  class: 'confidential',
  why: 'test',
}
const ENCRYPTED: Finding = {
  plugin: 'detect/test',
  system: 'smime',
  part: '1',
  verdict: 'encrypted',
  why: 'test',
}
const never = new AbortController().signal

interface Seen {
  rewritten: number
  waitedAsked: number
}

function context(
  levels: Record<string, Level>,
  found: { labels?: Label[]; findings?: Finding[]; waited?: boolean } = {},
): { context: PassContext; seen: Seen } {
  const seen: Seen = { rewritten: 0, waitedAsked: 0 }
  const host: PluginHost = {
    classify: async () => found.labels ?? [],
    detect: async () => found.findings ?? [],
    rewrite: async () => {
      seen.rewritten += 1
      return [EDIT]
    },
    sealers: [],
    notify: undefined,
    list: () => [],
    needs: { body: true, macros: [] },
    close: async () => undefined,
  }
  return {
    seen,
    context: {
      host,
      policy,
      isInternalDomain: domain => domain === 'in.example',
      sender: { address: 'a@in.example' },
      amend: decision => decision,
      routeOf: decision =>
        routeFor(decision, { pass: 'first', tried: [], paused: false, bindsLater: false }),
      toRewrite: (decision, route) => (route.kind === 'pin' ? decision : undefined),
      levelsOf: async recipients =>
        recipients.map(({ address, domain, internal }) => ({
          address,
          domain,
          level: internal ? 'internal' : (levels[domain] ?? 'undetermined'),
        })),
      waitedTooLong: async () => {
        seen.waitedAsked += 1
        return found.waited === true
      },
    },
  }
}

function mailTo(...recipients: string[]): ReturnType<typeof parseMail> {
  return parseMail(Buffer.from('Subject: x\r\n\r\nDear Sir or Madam, hello\r\n'), {
    sender: 'a@in.example',
    recipients,
  })
}

t.test('a message to a good domain is rewritten and delivered', async t => {
  const { context: c, seen } = context({ 'good.example': 'qualified' })
  const { decision, route, edits } = await protect(mailTo('b@good.example'), c, never)
  t.strictSame(route, { kind: 'pin', lane: 'qtls', final: true })
  t.match(decision, { class: 'normal', recipients: [{ action: 'deliver', lane: 'qtls' }] })
  t.strictSame(edits, [EDIT])
  t.strictSame(seen, { rewritten: 1, waitedAsked: 0 })
})

t.test('internal mail is decided and left as it is', async t => {
  const { context: c, seen } = context({}, { labels: [CONFIDENTIAL] })
  const { decision, edits } = await protect(mailTo('b@in.example'), c, never)
  t.match(decision, {
    class: 'confidential',
    recipients: [{ action: 'deliver', lane: 'internal' }],
  })
  t.strictSame([edits, seen.rewritten], [[], 0])
})

t.test('what cannot be protected is not rewritten either', async t => {
  const { context: c, seen } = context({ 'bad.example': 'none' }, { labels: [CONFIDENTIAL] })
  const { decision, edits } = await protect(mailTo('b@bad.example', 'c@in.example'), c, never)
  t.strictSame(
    decision.recipients.map(({ action }) => action),
    ['reject', 'deliver'],
  )
  t.strictSame([edits, seen.rewritten], [[], 0])
})

t.test('content that is protected already goes out', async t => {
  const { context: c } = context(
    { 'bad.example': 'none' },
    { labels: [CONFIDENTIAL], findings: [ENCRYPTED] },
  )
  const { decision } = await protect(mailTo('b@bad.example'), c, never)
  t.match(decision, {
    content: { verdict: 'encrypted', system: 'smime' },
    recipients: [{ action: 'deliver', lane: 'sealed' }],
  })
})

t.test('a trusted hop is the client that is vouched for, not the one that connects', async t => {
  const withPortal = loadPolicy(parseConfig('', undefined))
  const vendors = compileVendors([
    vendorSchema.parse({ name: 'Portal', system: 'spx', trusted_hops: '192.0.2.0/24' }),
  ])
  const verdictFor = async (clientAddress?: string): Promise<string> => {
    const { context: c } = context({ 'good.example': 'qualified' })
    const sender = { ...c.sender, clientAddress }
    const given = { ...c, policy: { ...withPortal, vendors }, sender }
    return (await decideMail(mailTo('b@good.example'), given, never)).content.verdict
  }
  t.equal(await verdictFor('192.0.2.9'), 'encrypted')
  t.equal(await verdictFor('127.0.0.1'), 'not-encrypted')
  t.equal(await verdictFor(), 'not-encrypted')
})

t.test('an undetermined domain waits, and after the limit counts as not qualified', async t => {
  const waiting = context({})
  const first = await decideMail(mailTo('b@new.example'), waiting.context, never)
  t.match(first.recipients, [{ action: 'wait', lane: null }])
  t.equal(waiting.seen.waitedAsked, 1)

  const late = context({}, { waited: true })
  const last = await decideMail(mailTo('b@new.example'), late.context, never)
  t.match(last.recipients, [{ action: 'reject' }])
})

t.test('a plugin that fails fails the message', async t => {
  const { context: c } = context({ 'good.example': 'qualified' })
  const host = { ...c.host, detect: () => Promise.reject(new Error('broken')) }
  await t.rejects(protect(mailTo('b@good.example'), { ...c, host }, never), /broken/)
})
