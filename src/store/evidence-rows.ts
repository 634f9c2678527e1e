import { createHash } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import type { Attempt, Delivery, TlsSession } from './evidence.js'
import type { DeliveryTable, LineTable } from './schema.js'
import { storableRow } from './storable.js'

/** 132 bits of SHA-256, so that two lines never share one. */
const DIGEST_LENGTH = 22

/** The same for the same line of the log; the TLS line before it may be lost in a second reading. */
export function deliveryDigest(line: Delivery): string {
  const { at, queueId, service, recipient, relay, status, dsn, text } = line
  return digestOf([at, queueId, service, recipient, relay, status, dsn, text])
}

export function attemptDigest({ at, queueId, service, relay, dsn, text }: Attempt): string {
  return digestOf([at, queueId, service, relay, dsn, text])
}

export function attemptRow(line: Attempt, entry: number, digest: string): Insertable<LineTable> {
  const { at, service, relay, dsn, text } = line
  return storableRow({ entry, at, service, relay, dsn, said: text, digest })
}

export function deliveryRow(
  line: Delivery,
  entry: number,
  digest: string,
): Insertable<DeliveryTable> {
  const { recipient, status, tls } = line
  return storableRow({
    ...attemptRow(line, entry, digest),
    recipient,
    status,
    tls_trust: tls?.trust ?? null,
    tls_protocol: tls?.protocol ?? null,
    tls_cipher: tls?.cipher ?? null,
    tls_details: tls?.details ?? null,
  })
}

export function toAttempt(row: Selectable<LineTable>, queueId: string): Attempt {
  const { at, service, relay, dsn, said } = row
  return { at, queueId, service, relay, dsn, text: said }
}

export function toDelivery(row: Selectable<DeliveryTable>, queueId: string): Delivery {
  const { recipient, status } = row
  return { ...toAttempt(row, queueId), recipient, status, tls: tlsOf(row) }
}

function tlsOf(row: Selectable<DeliveryTable>): TlsSession | undefined {
  if (row.tls_trust === null) return undefined
  return {
    trust: row.tls_trust,
    protocol: row.tls_protocol ?? '',
    cipher: row.tls_cipher ?? '',
    details: row.tls_details ?? '',
  }
}

function digestOf(line: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(line)).digest('base64url')
  return digest.slice(0, DIGEST_LENGTH)
}
