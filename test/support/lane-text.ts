import type { Arrival } from '../../sandbox/receiver.js'
import type { LaneLab } from './lane-lab.js'

/** Header and body of a message as it arrived, in Latin-1. */
export function parts({ message }: Pick<Arrival, 'message'>): {
  readonly header: string
  readonly body: string
} {
  const end = message.indexOf('\r\n\r\n')
  if (end < 0) return { header: message.toString('latin1'), body: '' }
  return {
    header: message.toString('latin1', 0, end + 2),
    body: message.toString('latin1', end + 4),
  }
}

/** Values of the fields of a name, as they stand. */
export function fields(arrival: Pick<Arrival, 'message'>, name: string): readonly string[] {
  const all = parts(arrival).header.matchAll(/^([^\s:]+): ?((?:.*)(?:\r\n[ \t].*)*)\r\n/gm)
  return [...all].filter(([, one]) => one === name).map(([, , value]) => value ?? '')
}

/** What mail servers put in front of a header on the way, and the one field of ours that travels. */
const ADDED = /^(?:Received|X-Postseal-Reference):.*\r\n(?:[ \t].*\r\n)*/gm

/** A message as it was before it was sent, if nothing else has happened to it. */
export function asSent(arrival: Arrival): Buffer {
  const { header, body } = parts(arrival)
  return Buffer.from(`${header.replace(ADDED, '')}\r\n${body}`, 'latin1')
}

/** A report of non-delivery that came to a sender: what it says, and what of the mail it returns. */
export async function reportTo(
  lab: LaneLab,
  sender: string,
): Promise<{ readonly text: string; readonly returns: 'headers' | 'content' }> {
  const text = (await lab.arrived(sender)).message.toString('latin1')
  const returns = text.includes('Content-Type: text/rfc822-headers') ? 'headers' : 'content'
  return { text, returns }
}
