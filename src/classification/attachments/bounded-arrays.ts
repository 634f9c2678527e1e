/**
 * Refuses arrays of more than `maxBytes` in this thread, for code that lets a file say how much memory
 * it takes: V8's limits on a thread count the heap, and a byte array lies outside of it.
 *
 * Shape   what would be larger throws RangeError, as V8 itself does when there is no memory. Streams
 *         that unpack outside JavaScript are taken away; pdf.js then unpacks piece by piece.
 */
export function boundArrays(maxBytes: number, scope: typeof globalThis = globalThis): void {
  for (const name of ['Uint8Array', 'Uint8ClampedArray', 'ArrayBuffer'] as const) {
    const original = scope[name]
    const bounded: typeof original = new Proxy(original, {
      construct(target, args: readonly unknown[], newTarget): object {
        const [size] = args
        if (typeof size === 'number' && size > maxBytes)
          throw new RangeError('Array buffer allocation failed')
        return Reflect.construct(target, args, newTarget === bounded ? target : newTarget) as object
      },
    })
    Object.defineProperty(scope, name, { value: bounded, writable: true, configurable: true })
  }
  Reflect.deleteProperty(scope, 'DecompressionStream')
}
