/** An attribute of a TNEF stream: level, id, data. */
export type TnefAttribute = readonly [1 | 2, number, Buffer]

export const TNEF_ID = {
  body: 0x0002800c,
  messageProperties: 0x00069003,
  start: 0x00069002,
  title: 0x00018010,
  data: 0x0006800f,
  properties: 0x00069005,
} as const

/** A TNEF stream ([MS-OXTNEF]) of these attributes. */
export function tnefOf(attributes: readonly TnefAttribute[]): Buffer {
  const pieces = attributes.map(([level, id, data]) => {
    const head = Buffer.alloc(9)
    head[0] = level
    head.writeUInt32LE(id, 1)
    head.writeUInt32LE(data.length, 5)
    const sum = Buffer.alloc(2)
    sum.writeUInt16LE(data.reduce((total, byte) => (total + byte) & 0xffff, 0))
    return Buffer.concat([head, data, sum])
  })
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), ...pieces])
}

/** A file in a TNEF stream. */
export function tnefFile(name: string, bytes: Buffer): readonly TnefAttribute[] {
  return [
    [2, TNEF_ID.start, Buffer.alloc(14)],
    [2, TNEF_ID.title, Buffer.from(`${name}\0`, 'latin1')],
    [2, TNEF_ID.data, bytes],
  ]
}

/** Properties as they stand in an attribute: id, type, values; each value is bytes of its own. */
export function propertiesOf(list: readonly (readonly [number, number, Buffer])[]): Buffer {
  const pieces = list.map(([id, type, value]) => {
    const named = id >= 0x8000 ? [Buffer.alloc(16), uint32(0), uint32(1)] : []
    const isFixed = [2, 3, 4, 0xb, 0x40, 0x48].includes(type)
    const padding = Buffer.alloc((4 - (value.length % 4)) % 4)
    const content = isFixed ? [value] : [uint32(1), uint32(value.length), value, padding]
    return Buffer.concat([uint32(id * 0x10000 + type), ...named, ...content])
  })
  return Buffer.concat([uint32(list.length), ...pieces])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
