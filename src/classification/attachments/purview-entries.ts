import { readXml } from './xml-events.js'

const PROPERTY = /^MSIP_Label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([a-z]{1,40})$/i
const GUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i

/** A document has a handful; a value is a name or a GUID. */
const MAX_ENTRIES = 500
const MAX_VALUE = 500

/**
 * Reads what Microsoft Purview wrote into an Office document.
 *
 * Shape   docProps/custom.xml: properties `MSIP_Label_<GUID>_<Key>`. docMetadata/LabelInfo.xml, which
 *         takes their place where several people edit one document at a time: elements `label`.
 * Gives   the entries in the form of the header field msip_labels, so that both are judged as one.
 * Source  Microsoft Learn, "Sensitivity label metadata"; [MS-OFFCRYPTO] 2.6 (LabelInfo)
 */
export async function purviewEntries(pieces: AsyncIterable<Buffer>): Promise<string> {
  const entries: string[] = []
  let property: string | undefined
  let value = ''
  await readXml(pieces, {
    open(name, attributes) {
      if (name === 'label') entries.push(...labelEntries(attributes))
      if (name !== 'property') return
      const propertyName = attributes['name'] ?? ''
      property = PROPERTY.test(propertyName) ? propertyName : undefined
      value = ''
    },
    text(text) {
      if (property !== undefined && value.length < MAX_VALUE) value += text
    },
    close(name) {
      if (name !== 'property' || property === undefined) return
      entries.push(entry(property, value))
      property = undefined
    },
  })
  return entries.slice(0, MAX_ENTRIES).join(';')
}

/** The entries among named values, such as those of the information dictionary of a PDF file. */
export function purviewEntriesOf(values: Iterable<readonly [name: string, value: string]>): string {
  const entries: string[] = []
  for (const [name, value] of values)
    if (PROPERTY.test(name) && entries.length < MAX_ENTRIES) entries.push(entry(name, value))
  return entries.join(';')
}

function labelEntries(attributes: Readonly<Record<string, string>>): readonly string[] {
  const guid = GUID.exec(attributes['id'] ?? '')?.[1]
  if (guid === undefined) return []
  const site = GUID.exec(attributes['siteId'] ?? '')?.[1]
  const isOn = attributes['enabled'] !== '0' && attributes['enabled'] !== 'false'
  const isRemoved = attributes['removed'] === '1' || attributes['removed'] === 'true'
  const enabled = entry(`MSIP_Label_${guid}_Enabled`, String(isOn && !isRemoved))
  return site === undefined ? [enabled] : [enabled, entry(`MSIP_Label_${guid}_SiteId`, site)]
}

/** A value with a semicolon would begin another entry. */
function entry(name: string, value: string): string {
  return `${name}=${value
    .slice(0, MAX_VALUE)
    .replace(/[;\r\n]/g, ' ')
    .trim()}`
}
