import type { LaneLab } from './lane-lab.js'
import type { Domain } from './lane-world.js'

/** What must become of a message at one recipient, whatever happens on the way. */
export type Fate = 'arrives' | 'refused'

/** A message to one recipient that Postfix has taken. */
export interface Expected {
  readonly recipient: string
  readonly fate: Fate
  /** Must not arrive in clear text. */
  readonly needsTls: boolean
  /** Line of the body that makes it this message and no other. */
  readonly token: string
}

export interface Traffic {
  /** What was taken: a reply of 250 to the end of data, or an exit code of 0. */
  readonly taken: readonly Expected[]
  /** The client was told no, or was told nothing: it still has the message. */
  readonly notTaken: number
  /** The connection was lost after the end of data: the client cannot know. */
  readonly unknown: readonly Expected[]
}

type Risk = 'normal' | 'high' | 'confidential'

/** What has to become of each class at each domain, once everybody is well again. */
const FATES: Readonly<Record<Risk, Readonly<Partial<Record<Domain, Fate>>>>> = {
  normal: {
    'home.test': 'arrives',
    'good.test': 'arrives',
    'fine.test': 'arrives',
    // Its certificate has another name: it comes back from `qtls` and goes by `tls`.
    'wrongname.test': 'arrives',
    'selfsigned.test': 'arrives',
    'plain.test': 'refused',
    'weak.test': 'refused',
    // Nobody knows it until the end.
    'new.test': 'arrives',
  },
  high: {
    'home.test': 'arrives',
    'good.test': 'arrives',
    'fine.test': 'arrives',
    'wrongname.test': 'refused',
    'selfsigned.test': 'refused',
    'plain.test': 'refused',
    'new.test': 'arrives',
  },
  confidential: { 'home.test': 'arrives', 'good.test': 'refused', 'weak.test': 'refused' },
}

const RISKS: readonly Risk[] = ['normal', 'normal', 'normal', 'high', 'high', 'confidential']

/** Numbers that come in the same order each time: mulberry32 (Tommy Ettinger, public domain). */
export function chances(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/**
 * Sends mail of all kinds, one after the other, until told to stop: every class, one to three
 * recipients, by SMTP, with BDAT, by sendmail(1), from somebody and from nobody.
 */
export async function sendTraffic(
  lab: LaneLab,
  chance: (below: number) => number,
  signal: AbortSignal,
  pauseMs: number,
): Promise<Traffic> {
  const taken: Expected[] = []
  const unknown: Expected[] = []
  let notTaken = 0
  for (let number = 1; !signal.aborted; number += 1) {
    const risk = RISKS[chance(RISKS.length)] ?? 'normal'
    const domains = Object.entries(FATES[risk]) as [Domain, Fate][]
    const token = `token-${number}-${chance(1_000_000)}`
    const expected = new Map<string, Expected>()
    for (let left = 1 + chance(3); left > 0; left -= 1) {
      const [domain, fate] = domains[chance(domains.length)] ?? ['home.test', 'arrives']
      const recipient = `r${number}-${left}@${domain}`
      expected.set(recipient, { recipient, fate, token, needsTls: domain !== 'home.test' })
    }
    const letter = {
      to: [...expected.keys()],
      class: risk,
      from: chance(20) === 0 && risk === 'normal' ? '' : 'anna@home.test',
      body: `${token}\r\n${'.x'.repeat(chance(40))}\r\n`.repeat(1 + chance(200)),
      ...(chance(4) === 0 ? { chunkBytes: 1 + chance(5000) } : {}),
    }
    const outcome = await tryToSend(lab, letter, chance(5) === 0)
    if (outcome === 'taken') taken.push(...expected.values())
    else if (outcome === 'unknown') unknown.push(...expected.values())
    else notTaken += 1
    await new Promise(next => setTimeout(next, chance(2 * pauseMs)))
  }
  return { taken, notTaken, unknown }
}

type Outcome = 'taken' | 'refused' | 'unknown'

async function tryToSend(
  lab: LaneLab,
  letter: Parameters<LaneLab['send']>[0],
  byCommand: boolean,
): Promise<Outcome> {
  try {
    if (byCommand && letter.from !== '') await lab.sendmail(letter)
    else await lab.send(letter)
    return 'taken'
  } catch (thrown) {
    const said = String(thrown)
    if (/the letter was not taken: [45]/.test(said)) return 'refused'
    // sendmail(1) that fails has taken nothing; a client that never came to its data neither.
    return /sendmail ended|not greeted|ECONNREFUSED/.test(said) ? 'refused' : 'unknown'
  }
}
