import { SMFIR, encodePacket } from './wire.js'

/**
 * A change to the message as it stands on the wire. Strings are latin1: one character a byte.
 *
 * Values of headers are what follows the colon when HDR_LEADSPC holds, and what follows the colon
 * and one space when it does not.
 */
export type Modification =
  | { readonly kind: 'add-header'; readonly name: string; readonly value: string }
  /** `index` 0 is above the MTA's own Received. */
  | {
      readonly kind: 'insert-header'
      readonly index: number
      readonly name: string
      readonly value: string
    }
  /** `index` is 1-based within the name; an empty value deletes. */
  | {
      readonly kind: 'change-header'
      readonly index: number
      readonly name: string
      readonly value: string
    }
  | { readonly kind: 'replace-body'; readonly chunk: Buffer }
  | { readonly kind: 'change-sender'; readonly address: string; readonly parameters: string }
  | { readonly kind: 'add-recipient'; readonly address: string; readonly parameters: string }
  | { readonly kind: 'remove-recipient'; readonly address: string }
  | { readonly kind: 'quarantine'; readonly reason: string }

/** The packet of a change. Postfix drops the connection for one byte too many or too few. */
export function encodeModification(change: Modification): Buffer {
  switch (change.kind) {
    case 'add-header':
      return encodePacket(SMFIR.ADDHEADER, change.name, '\0', change.value, '\0')
    case 'insert-header':
      return encodeIndexed(SMFIR.INSHEADER, change)
    case 'change-header':
      return encodeIndexed(SMFIR.CHGHEADER, change)
    case 'replace-body':
      return encodePacket(SMFIR.REPLBODY, change.chunk)
    case 'change-sender':
      return encodePacket(SMFIR.CHGFROM, change.address, '\0', ...terminated(change.parameters))
    case 'add-recipient': {
      const command = change.parameters === '' ? SMFIR.ADDRCPT : SMFIR.ADDRCPT_PAR
      return encodePacket(command, change.address, '\0', ...terminated(change.parameters))
    }
    case 'remove-recipient':
      return encodePacket(SMFIR.DELRCPT, change.address, '\0')
    case 'quarantine':
      return encodePacket(SMFIR.QUARANTINE, change.reason, '\0')
    default:
      return change satisfies never
  }
}

function encodeIndexed(
  command: number,
  change: { readonly index: number; readonly name: string; readonly value: string },
): Buffer {
  const index = Buffer.allocUnsafe(4)
  index.writeUInt32BE(change.index)
  return encodePacket(command, index, change.name, '\0', change.value, '\0')
}

function terminated(text: string): string[] {
  return text === '' ? [] : [text, '\0']
}
