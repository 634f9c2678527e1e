import type { Damage } from './mail.js'

/**
 * What a kind of damage means for whoever relies on our reading.
 *
 * cosmetic   every reader sees the same content
 * ambiguous  another reader may see other content than we do
 * unread     there is content that we have not looked into
 */
export type DamageGrade = 'cosmetic' | 'ambiguous' | 'unread'

interface DamageKind {
  readonly grade: DamageGrade
  readonly why: string
}

/** Every kind of damage, with the sentence that stands in log and record. */
export const DAMAGE_KINDS = {
  'header-limit': kind('unread', 'the header block is larger than the limit'),
  'depth-limit': kind('unread', 'parts are nested deeper than the limit'),
  'part-limit': kind('unread', 'the message has more parts than the limit'),
  'encoded-message': kind(
    'unread',
    'an attached message is transfer-encoded, so it is not entered',
  ),
  'partial-message': kind('unread', 'the part is a fragment of a larger message'),
  'external-body': kind('unread', 'the content of the part lies elsewhere'),

  'missing-blank-line': kind('ambiguous', 'no empty line stands between header and body'),
  'mbox-line': kind('cosmetic', 'the message starts with the From line of a mailbox file'),
  'field-name-space': kind('ambiguous', 'white space stands between a field name and its colon'),
  'blank-fold': kind('ambiguous', 'a header line holds nothing but white space'),
  'bare-cr': kind('ambiguous', 'a carriage return stands alone in the header'),
  'bare-lf': kind('ambiguous', 'a line break that matters is a bare line feed in a CRLF message'),
  'nul-in-header': kind('ambiguous', 'the header holds a NUL byte'),
  'nul-in-body': kind('ambiguous', 'the body holds a NUL byte'),
  'long-line': kind('cosmetic', 'a line is longer than 998 bytes'),

  'duplicate-content-type': kind(
    'ambiguous',
    'several Content-Type fields differ; the first counts',
  ),
  'duplicate-content-transfer-encoding': kind(
    'ambiguous',
    'several Content-Transfer-Encoding fields differ; the first counts',
  ),
  'duplicate-content-disposition': kind(
    'ambiguous',
    'several Content-Disposition fields differ; the first counts',
  ),
  'bad-content-type': kind('ambiguous', 'Content-Type cannot be read; taken for text/plain'),
  'bad-parameter': kind('cosmetic', 'a parameter of the header does not follow the grammar'),
  'duplicate-parameter': kind('ambiguous', 'a parameter stands several times with other values'),
  'unknown-encoding': kind('ambiguous', 'the transfer encoding is not known; read as it stands'),
  'encoded-multipart': kind('ambiguous', 'a multipart claims a transfer encoding; it is ignored'),

  'missing-boundary': kind('ambiguous', 'a multipart names no boundary'),
  'empty-boundary': kind('ambiguous', 'the boundary of a multipart is empty'),
  'bad-boundary': kind('ambiguous', 'the boundary of a multipart cannot be told exactly'),
  'long-boundary': kind('cosmetic', 'the boundary of a multipart is longer than 70 characters'),
  'boundary-collision': kind('ambiguous', 'a line fits the boundaries of two open multiparts'),
  'boundary-prefix': kind('ambiguous', 'a line starts with a boundary and goes on'),
  'boundary-after-end': kind('ambiguous', 'the boundary appears again after its end'),
  'bare-cr-boundary': kind('ambiguous', 'a boundary follows a bare carriage return'),
  'multipart-without-parts': kind('ambiguous', 'the boundary of a multipart never appears'),
  'truncated-multipart': kind('ambiguous', 'a multipart has no end boundary'),

  'bad-base64': kind('ambiguous', 'the base64 text holds other characters or breaks off'),
  'bad-quoted-printable': kind('ambiguous', 'the quoted-printable text holds a broken escape'),
  'bad-uuencode': kind('ambiguous', 'the uuencoded text has no proper frame or lines'),
  'unknown-charset': kind('ambiguous', 'the character set is not known'),
  'bad-charset': kind('ambiguous', 'the bytes do not fit the character set that is claimed'),
  'undeclared-8bit': kind('cosmetic', 'the text has 8-bit characters and claims no set for them'),
} as const satisfies Record<string, DamageKind>

export type DamageId = keyof typeof DAMAGE_KINDS

/** How much a kind of damage matters; `ambiguous` for an id that is not in the list. */
export function damageGrade(id: string): DamageGrade {
  return Object.hasOwn(DAMAGE_KINDS, id) ? DAMAGE_KINDS[id as DamageId].grade : 'ambiguous'
}

/** Collects damage, each kind once a part, so that hostile mail cannot make the list grow. */
export class DamageList {
  readonly #seen = new Map<string, Set<DamageId>>()
  readonly #list: Damage[] = []

  add(id: DamageId, part: string, at: number): void {
    const seen = this.#seen.get(part) ?? new Set<DamageId>()
    if (seen.has(id)) return
    this.#seen.set(part, seen.add(id))
    this.#list.push(Object.freeze({ id, part, at, why: DAMAGE_KINDS[id].why }))
  }

  toArray(): readonly Damage[] {
    return Object.freeze([...this.#list])
  }
}

function kind(grade: DamageGrade, why: string): DamageKind {
  return { grade, why }
}
