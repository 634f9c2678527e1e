import { createMessage, encrypt, enums, readKeys, type Key } from 'openpgp'
import { GatewayError, reasonOf } from '../../errors.js'
import { innerMessage } from '../inner-message.js'
import { pgpMail } from '../key-mail.js'
import type { LetterForm, SealedLetter, SealOrder } from '../letter.js'
import { wholeOf } from '../whole-message.js'

/** Armour makes a third more of what was compressed or not. */
export const PGP_LETTER: LetterForm = {
  opensWith: 'pgp-key',
  growth: { factor: 1.4, plus: 64 * 1024 },
}

/**
 * Seals a message for the OpenPGP keys of the recipient, as PGP/MIME: AES-256 with integrity protection.
 *
 * Throws  ERR_SEAL_KEY when none of the keys can be used now.
 * Source  RFC 9580, RFC 3156
 */
export async function sealAsPgp(
  order: SealOrder,
  signal: AbortSignal,
  now: Date = new Date(),
): Promise<SealedLetter> {
  const encryptionKeys = await usableKeys(order.keys, now)
  const binary = await wholeOf(innerMessage(order.mail), signal)
  const armoured = await encrypt({
    message: await createMessage({ binary }),
    encryptionKeys,
    date: now,
    config: {
      preferredSymmetricAlgorithm: enums.symmetric.aes256,
      showVersion: false,
      showComment: false,
    },
  })
  signal.throwIfAborted()
  return pgpMail(order, armoured)
}

const ARMOUR = /-----BEGIN PGP PUBLIC KEY BLOCK-----[^]+?-----END PGP PUBLIC KEY BLOCK-----/g

/** Keys that are not expired, not revoked and have a part for encryption. */
async function usableKeys(keys: readonly string[], now: Date): Promise<Key[]> {
  const usable: Key[] = []
  let reason = 'no key is known'
  for (const armoredKeys of keys.flatMap(key => key.match(ARMOUR) ?? [])) {
    try {
      for (const key of await readKeys({ armoredKeys })) {
        await key.getEncryptionKey(undefined, now)
        usable.push(key)
      }
    } catch (thrown) {
      reason = reasonOf(thrown)
    }
  }
  if (usable.length === 0) throw new GatewayError('ERR_SEAL_KEY', { reason })
  return usable
}
