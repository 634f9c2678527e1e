/** One label of Microsoft Purview as a client writes it into the msip_labels field. */
export interface SensitivityLabel {
  /** GUID of the label, in lower case. */
  readonly guid: string
  /** GUID of the tenant, in lower case; undefined when the field does not say. */
  readonly site: string | undefined
  readonly name: string | undefined
  /** False only when the field says so: the label was taken off again. */
  readonly enabled: boolean
}

/**
 * Reads a decoded msip_labels value.
 *
 * Shape   `MSIP_Label_<GUID>_<Key>=<value>` separated by semicolons; labels of several tenants stand
 *         beside each other after a mail went to and fro. Anything else is passed over.
 * Source  Microsoft Learn, "Microsoft Information Protection SDK - label metadata"
 */
export function readSensitivityLabels(value: string): readonly SensitivityLabel[] {
  const found = new Map<string, Map<string, string>>()
  for (const entry of value.split(';')) {
    const [, guid, key, text] = ENTRY.exec(entry) ?? []
    if (guid === undefined || key === undefined || text === undefined) continue
    const id = guid.toLowerCase()
    const keys = found.get(id) ?? new Map<string, string>()
    if (found.size >= MAX_LABELS && keys.size === 0) continue
    found.set(id, keys.set(key.toLowerCase(), text.trim()))
  }
  return [...found].map(([guid, keys]) => ({
    guid,
    site: keys.get('siteid')?.toLowerCase(),
    name: keys.get('name'),
    enabled: keys.get('enabled')?.toLowerCase() !== 'false',
  }))
}

/** A mail that went round collects a handful; more is not a mail. */
const MAX_LABELS = 64

const ENTRY =
  /^\s{0,20}MSIP_Label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([a-z]{1,40})\s{0,20}=(.*)$/isu
