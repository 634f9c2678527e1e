import type { SecureContext } from 'node:tls'
import { BRAINPOOL, BSI_OFFER } from '../policy/qtls-offer.js'
import { tlsOffer } from './tls-session.js'

/** The offers of both lanes, made once and shared by all connections. */
export interface LaneOffers {
  readonly qtls: SecureContext
  readonly tls: SecureContext
}

/**
 * What the lanes offer a server, as contexts for connections of our own.
 *
 * The lane `tls` takes what Postfix calls high, TLS 1.2 or better, with any group, those of Brainpool
 * among them.
 *
 * Source  postconf(5), tls_high_cipherlist of Postfix 3.7
 */
export function laneOffers(): LaneOffers {
  const { suites, suites13, curves, signatures } = BSI_OFFER
  return Object.freeze({
    qtls: tlsOffer({
      ciphers: [...suites13, ...suites].join(':'),
      curves: curves.join(':'),
      signatures: signatures.join(':'),
    }),
    tls: tlsOffer({ ciphers: TLS_LANE_CIPHERS, curves: TLS_LANE_GROUPS }),
  })
}

const TLS_LANE_CIPHERS =
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:HIGH:!aNULL:!PSK:!SRP'

const TLS_LANE_GROUPS = [
  'X25519',
  'prime256v1',
  'X448',
  'secp521r1',
  'secp384r1',
  ...BRAINPOOL,
  'ffdhe2048',
  'ffdhe3072',
  'ffdhe4096',
].join(':')
