import { DOMAINS } from './domains.js'
import type { Outcome, RecipientOutcome } from './outcome.js'
import type { Terminal } from './terminal.js'

/** What else stands on a card. */
export interface CardExtras {
  /** As it was sent and as it arrived, decoded; undefined for a message that did not arrive. */
  readonly subjects: { readonly sent: string; readonly arrived: string | undefined }
  readonly withPostfix: boolean
  readonly differences: readonly string[]
}

const LABEL = 13

/** Shows one message: what was found, decided and why, and how it reached each recipient. */
export function printCard(outcome: Outcome, extras: CardExtras, terminal: Terminal): void {
  const { example, answer, decision, recipients } = outcome
  const { paint } = terminal
  const { sent, arrived } = extras.subjects
  const row = (label: string, text: string, colour = (line: string): string => line): void => {
    for (const [index, line] of wrap(clean(text), terminal.width - LABEL - 2).entries())
      terminal.line(`  ${paint.dim((index === 0 ? label : '').padEnd(LABEL))}${colour(line)}`)
  }
  terminal.line()
  terminal.line(`${paint.bold(example.name)}  ${clean(sent)}`)
  row('', example.shows, paint.dim)
  row('class', decision.class)
  for (const { plugin, why } of decision.labels) row('', `${plugin}: ${why}`)
  row('content', `${decision.content.verdict}: ${decision.content.why}`)
  if (arrived !== undefined && arrived !== sent)
    row('subject', `${extras.withPostfix ? 'arrived' : 'passed on'} as: ${arrived}`)
  for (const one of recipients) {
    const { address, level, action, lane, row: name, why } = one.decision
    row('to', `${address} (${level})`, paint.bold)
    row('decided', `${action}${lane === null ? '' : `, lane ${lane}`}, row ${name}: ${why}`)
    if (extras.withPostfix) row('', ...arrivalText(one, answer.code, terminal))
  }
  for (const [index, line] of (answer.code === 250 ? [] : answer.lines).entries())
    row(index === 0 ? 'sender sees' : '', line, paint.yellow)
  for (const line of extras.differences) row('UNEXPECTED', line, paint.red)
}

function arrivalText(
  { arrival, delivery }: RecipientOutcome,
  answerCode: number,
  { paint }: Terminal,
): [string, (text: string) => string] {
  if (arrival === undefined) {
    if (delivery !== undefined) return [`${delivery.status}: ${delivery.text}`, paint.red]
    return [answerCode === 451 ? 'not sent yet, the client tries again' : 'not sent', paint.yellow]
  }
  const { receiver, tls } = arrival
  const way =
    tls === null
      ? 'in clear text'
      : `over ${tls.version}, ${tls.cipher}; ${certificateText(receiver, delivery?.trust)}`
  return [`arrived at ${receiver} ${way}`, paint.green]
}

/** Postfix judges the issuer here, not the name: comparing names is for the lane qtls. */
function certificateText(receiver: string, trust = 'nothing'): string {
  const name = DOMAINS.find(({ host }) => host === receiver)?.certificateFor ?? 'nobody'
  return `certificate for ${name}, its issuer ${trust.toLowerCase()}`
}

/** Text of mails and servers on a terminal: control characters would be commands to it. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?')
}

/** Lines of at most `width` characters, broken at spaces; a longer word stands alone. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length > width && line !== '') {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
