import {
  PROTOCOL,
  type MilterHandlers,
  type Reply,
  type StageReply,
  type Transaction,
  replies,
  replyCode,
} from '../../src/milter/index.js'

/**
 * Handlers of ours that do what the arguments of milter-filter.c say; see there for their form.
 *
 * Every step has its handler, as every call-back is set there.
 */
export function handlersOf(spec: readonly string[]): MilterHandlers {
  const answers = new Map(spec.map(argument => splitOnce(argument, '=')))
  const answer = (stage: string): StageReply =>
    replyOf(answers.get(stage) ?? 'continue') as StageReply
  const edits = spec.filter(argument => argument.startsWith('edit='))
  const macros = Object.fromEntries(
    spec
      .filter(argument => argument.startsWith('macros='))
      .map(argument => splitOnce(argument.slice('macros='.length), ':'))
      .map(([stage, list]) => [stage, list.split(' ')]),
  )
  let lines: string[] = []
  return {
    ...(Object.keys(macros).length > 0 ? { needs: { macros } } : {}),
    connect: ({ connection }) => {
      const address = connection?.address === '' ? 'none' : connection?.address
      lines = [`${connection?.host} ${address} ${connection?.port}`]
      return answer('connect')
    },
    helo: ({ helo }) => {
      lines.push(helo ?? '')
      return answer('helo')
    },
    mail: (_session, { sender }) => {
      lines.push(`${[sender.raw, ...sender.rawParameters].join(',')},`)
      return answer('mail')
    },
    rcpt: (_session, _tx, recipient) => {
      lines.push(`${[recipient.raw, ...recipient.rawParameters].join(',')},`)
      return answer('rcpt')
    },
    data: () => answer('data'),
    unknown: (_session, line) => {
      lines.push(line)
      return answer('unknown')
    },
    header: () => answer('header'),
    eoh: () => answer('eoh'),
    streamBody: () => replyOf(answers.get('body') ?? 'continue'),
    message: tx => {
      for (const edit of edits) record(tx, edit.slice('edit='.length), lines)
      return answer('eom')
    },
  }
}

function replyOf(text: string): Reply {
  const [kind, rest] = splitOnce(text, ':')
  if (kind !== 'code') return replies[kind as keyof typeof replies]
  const [code = '', enhanced = '', ...lines] = rest.split(':')
  return replyCode(Number(code), enhanced, lines.join(':').split('|'))
}

function record(tx: Transaction, edit: string, lines: readonly string[]): void {
  const [kind, rest] = splitOnce(edit, ':')
  const [first, second] = splitOnce(rest, ':')
  const [name, value] = splitOnce(second, ':')
  switch (kind) {
    case 'report':
      tx.edits.addHeader('X-Report', report(tx, lines))
      break
    case 'add':
      tx.edits.addHeader(first, second)
      break
    case 'insert':
      tx.edits.insertHeader(first === '0' ? 'top' : Number(first) - 1, name, value)
      break
    case 'change':
      if (value === '') tx.edits.removeHeader(name, Number(first))
      else tx.edits.changeHeader(name, Number(first), value)
      break
    case 'body':
      tx.edits.replaceBody(Buffer.from(rest))
      break
    case 'rcpt':
      tx.edits.addRecipient(rest)
      break
    case 'rcptpar':
      tx.edits.addRecipient(first, { notify: second === 'NOTIFY=NEVER' ? 'never' : ['success'] })
      break
    case 'unrcpt':
      tx.edits.removeRecipient(rest)
      break
    case 'from':
      tx.edits.changeSender(first, second === 'RET=HDRS' ? { ret: 'hdrs' } : {})
      break
    case 'quarantine':
      tx.edits.quarantine(rest)
      break
    default:
      throw new Error(`unknown edit ${kind}`)
  }
}

function report(tx: Transaction, lines: readonly string[]): string {
  const isExact = (tx.session.negotiated.protocol & PROTOCOL.HDR_LEADSPC) !== 0
  const headers = tx.headers.reduce(
    (sum, { name, value }) =>
      sum + name.length + (isExact ? value : value.replace(/^ /, '')).length,
    0,
  )
  const macros = ['j', '{tls_version}', '{auth_authen}', '{rcpt_addr}', 'i']
  const values = macros.map(name => `${tx.macros.get(name) ?? '-'},`)
  return `${[...lines, `${headers} ${tx.body.size}`].join('|')}|${values.join('')}`
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
