import { relative } from 'node:path'
import { DOMAINS, INTERNAL_DOMAIN } from './domains.js'
import type { Layout } from './layout.js'
import type { Tally } from './play.js'
import type { StageHandle } from './stage-handle.js'
import type { Terminal } from './terminal.js'

/** What is going to be shown. */
export function introduce(without: string | undefined, { line, paint }: Terminal): void {
  line(paint.bold('Postseal demo'))
  line('A practice sends mail. Postseal looks at each message and decides for each recipient.')
  line('What the domains offer is told to the store by hand until the prober exists:')
  for (const { domain, level, about } of DOMAINS)
    line(`  ${domain.padEnd(18)} ${(level ?? 'unknown').padEnd(11)} ${paint.dim(about)}`)
  line()
  if (without === undefined) return
  line(paint.yellow(`Without Postfix (${without}): the mails are played to the milter directly.`))
  line(paint.yellow('You will not see how they arrive, nor a mail program being refused.'))
  line()
}

/** The sums, what to think of them, and where to read on. */
export function summarise(
  tally: Tally,
  complaints: readonly string[],
  without: string | undefined,
  layout: Layout,
  { line, paint }: Terminal,
): void {
  const arrived = without === undefined ? `, ${tally.arrived} of them reached` : ''
  line()
  line(paint.bold(`${tally.sent} messages to ${tally.recipients} recipients${arrived}.`))
  line(
    'Decisions are recorded and refusals are real. This Postfix has no lanes: the lane is what the',
  )
  line('decision asks for, and the lock is only ever taken off. What would be sealed is refused:')
  line('sealing needs the lanes, and comes in the second part.')
  for (const complaint of complaints) line(paint.red(`The milter complained: ${complaint}`))
  if (tally.unexpected > 0)
    line(paint.red(`${tally.unexpected} things went other than expected; see above.`))
  else if (complaints.length === 0) line(paint.green('Everything went as expected.'))
  line()
  line(`Read on: README.md; policies/README.md, the table that decided; ${shown(layout.milterLog)}`)
  if (without === undefined) line(`and ${shown(layout.arrived)}, what the receivers have.`)
  line('Try it yourself: npm run demo -- --keep')
}

/** How to use what goes on running, and how to end it. */
export function explainKeeping(
  { facts }: StageHandle,
  layout: Layout,
  { line, paint }: Terminal,
): void {
  const config = shown(layout.config)
  line()
  line(paint.bold('It goes on running. Send mail into it:'))
  if (facts.smtpPort !== undefined) {
    line(`  swaks --server 127.0.0.1:${facts.smtpPort} --from me@${INTERNAL_DOMAIN} \\`)
    line(`        --to you@labor.example --header 'Subject: [confidential] a test'`)
    line(`  or by hand: telnet 127.0.0.1 ${facts.smtpPort}`)
  } else line(`  the milter listens on inet:127.0.0.1:${facts.milterPort}`)
  line('See what was decided, and change what a domain offers:')
  line(`  npx postseal report --config ${config}`)
  line(`  npx postseal domain set verein.example qualified --reason 'a try' --config ${config}`)
  line(`Files: ${shown(layout.arrived)}, ${shown(layout.mailLog)}, ${shown(layout.milterLog)}`)
  line(`Stop it: ${paint.bold('npm run demo -- --stop')}`)
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
