import { runPostseal } from '../postseal-command.js'

/** A pass of a message as `postseal show --json` tells it, as far as the demo shows it. */
export interface PassRecord {
  readonly pass: 'first' | 're-split' | 're-qtls' | 're-tls'
  readonly reply: string
  readonly decision: {
    readonly class: string
    readonly recipients: readonly {
      readonly address: string
      readonly action: string
      readonly row: string
      readonly why: string
    }[]
  }
  readonly transit?: { readonly pinned?: string }
  readonly deliveries: readonly {
    readonly service: string
    readonly recipient: string
    readonly status: string
    readonly relay: string
    readonly text: string
    readonly tls?: { readonly trust: string; readonly protocol: string }
  }[]
}

/** All passes of a message, from the record. */
export async function passesOf(config: string, messageId: string): Promise<readonly PassRecord[]> {
  const text = await runPostseal(config, ['show', messageId, '--json'])
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as PassRecord)
}

const PLACES = {
  first: 'first pass',
  're-split': 'at split',
  're-qtls': 'back from qtls',
  're-tls': 'back from tls',
} as const

/** What became of one recipient, a line for each thing that happened. */
export function storyOf(passes: readonly PassRecord[], address: string): readonly string[] {
  return passes.flatMap(pass => {
    const decided = pass.decision.recipients.find(one => one.address === address)
    if (decided === undefined) return []
    const { action, row, why } = decided
    const lines = [`${PLACES[pass.pass]}: ${wayOf(pass)} (${row}: ${action}, ${why})`]
    for (const { service, recipient, status, relay, tls } of pass.deliveries) {
      if (recipient !== address || service === 'split') continue
      const how = tls === undefined ? 'no TLS' : `${tls.trust}, ${tls.protocol}`
      lines.push(`Postfix's log: lane ${service} ${status}, ${relay}, ${how}`)
    }
    return lines
  })
}

function wayOf({ reply, transit, pass }: PassRecord): string {
  if (reply.startsWith('5')) return 'refused'
  if (reply.startsWith('4')) return 'waits'
  if (transit?.pinned !== undefined) return `bound to ${transit.pinned}`
  return pass === 'first' ? 'left to Postfix, which takes it apart' : 'left to Postfix'
}
