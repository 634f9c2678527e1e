import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createAuthority, selfSigned, type Certificate } from '../../sandbox/certificates.js'
import { laneOffers } from '../../src/qtls/lane-offers.js'
import type { AddressProbeOptions } from '../../src/qtls/probe-address.js'
import type { SmtpLimits } from '../../src/qtls/smtp-limits.js'
import {
  startMailServer,
  type MailServer,
  type MailServerOptions,
} from '../../sandbox/scripted-receiver.js'

/** Short, so that a test of waiting does not wait. */
export const SHORT: SmtpLimits = {
  connectMs: 2000,
  bannerMs: 400,
  commandMs: 400,
  handshakeMs: 2000,
}

const OFFERS = laneOffers()

/** What an address is probed with, whatever the chain is worth. */
export function probeOptions(more: Partial<AddressProbeOptions> = {}): AddressProbeOptions {
  return {
    smtp: { heloName: 'prober.test', limits: SHORT },
    offers: OFFERS,
    complete: async session => ({
      ...session,
      trust: { outcome: 'untrusted', path: [0], anchor: undefined, detail: undefined },
      revocation: [],
    }),
    auditor: undefined,
    testInjection: true,
    isDeep: false,
    now: () => 1_800_000_000_000,
    ...more,
  }
}

/** A certificate of an authority of its own, and one that signed itself. */
export async function someCertificates(
  t: Test,
): Promise<{ readonly issued: Certificate; readonly alone: Certificate }> {
  const directory = await mkdtemp(join(tmpdir(), 'qtls-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const authority = await createAuthority(directory)
  const [issued, alone] = await Promise.all([
    authority.issue('mx.test'),
    selfSigned(join(directory, 'alone'), 'mx.test'),
  ])
  return { issued, alone }
}

/** A server of the lab that ends with the test. */
export async function mailServer(
  t: Test,
  options: Partial<MailServerOptions> = {},
): Promise<MailServer> {
  const server = await startMailServer({
    address: '127.0.0.1',
    port: 0,
    name: 'mx.test',
    ...options,
  })
  t.teardown(() => server.close())
  return server
}
