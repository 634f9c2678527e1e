import type { Arrival } from '../../sandbox/arrivals.js'
import type { Expected, Traffic } from './chaos-traffic.js'
import type { LaneLab } from './lane-lab.js'
import { SERVERS, type Domain } from './lane-world.js'

/** What was counted at the receivers, against what was sent. */
export interface Count {
  /** Each message to each recipient that was taken. */
  readonly taken: number
  readonly arrived: number
  readonly refused: number
  /** Still in the queue. */
  readonly queued: number
  /** Neither arrived, refused nor queued. */
  readonly lost: readonly string[]
  /** Arrived although it must not, or without TLS although it must have it. */
  readonly unprotected: readonly string[]
  /** Arrived with a header of ours that no recipient may see. */
  readonly marked: readonly string[]
  /** Arrived again after a delivery whose confirmation was lost. */
  readonly explained: number
  /** Arrived again although the first delivery was confirmed. */
  readonly unexplained: readonly string[]
}

/** Counts from the receivers' side; our own records are not asked. */
export async function count(lab: LaneLab, traffic: Traffic): Promise<Count> {
  const arrivals = arrivalsByRecipient(lab)
  const queued = new Set<string>()
  for (const { recipients } of await lab.watch.queue())
    for (const { address } of recipients) queued.add(address)
  const bounced = await bouncedRecipients(lab)
  const result = {
    taken: traffic.taken.length,
    arrived: 0,
    refused: 0,
    queued: 0,
    lost: [] as string[],
    unprotected: [] as string[],
    marked: [] as string[],
    explained: 0,
    unexplained: [] as string[],
  }
  const known = new Map([...traffic.taken, ...traffic.unknown].map(one => [one.recipient, one]))
  for (const expected of known.values()) {
    const { recipient } = expected
    const got = arrivals.get(recipient) ?? []
    for (const arrival of got) {
      if (!isAllowed(arrival, expected)) result.unprotected.push(recipient)
      if (/^X-Postseal-Lane:/im.test(headerOf(arrival))) result.marked.push(recipient)
    }
    // Every delivery but the last has to be one whose sender was never told.
    const told = got.filter(({ confirmed }) => confirmed).length
    if (told > 1) result.unexplained.push(`${recipient} (${got.length} times)`)
    result.explained += Math.max(0, got.length - Math.max(told, 1))
  }
  for (const { recipient } of traffic.taken) {
    if (arrivals.has(recipient)) result.arrived += 1
    else if (queued.has(recipient)) result.queued += 1
    else if (bounced.has(recipient)) result.refused += 1
    else result.lost.push(recipient)
  }
  return result
}

function isAllowed(arrival: Arrival, { fate, needsTls, token }: Expected): boolean {
  const isIt = arrival.message.includes(token)
  return isIt && fate === 'arrives' && !(needsTls && arrival.tls === undefined)
}

function arrivalsByRecipient(lab: LaneLab): ReadonlyMap<string, readonly Arrival[]> {
  const all = new Map<string, Arrival[]>()
  for (const domain of Object.keys(SERVERS) as Domain[]) {
    for (const arrival of lab.server(domain).arrivals) {
      for (const recipient of arrival.recipients) {
        const list = all.get(recipient)
        if (list === undefined) all.set(recipient, [arrival])
        else list.push(arrival)
      }
    }
  }
  return all
}

async function bouncedRecipients(lab: LaneLab): Promise<ReadonlySet<string>> {
  const bounced = new Set<string>()
  for (const line of await lab.postfix.logLines()) {
    const [, recipient] = / to=<([^>]*)>.* status=bounced /.exec(line) ?? []
    if (recipient !== undefined) bounced.add(recipient)
  }
  return bounced
}

function headerOf({ message }: Arrival): string {
  const end = message.indexOf('\r\n\r\n')
  return message.toString('latin1', 0, end < 0 ? message.length : end)
}
