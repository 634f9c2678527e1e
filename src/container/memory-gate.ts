/** Work that holds so many bytes; it begins when there is room for them. */
export type MemoryGate = <Result>(bytes: number, work: () => Promise<Result>) => Promise<Result>

/** What holds less goes through at once, so that nothing small waits behind something large. */
const SMALL_BYTES = 1024 * 1024

/**
 * Makes a gate for work that has to hold much memory, such as a whole file: as much of it is done at a
 * time as fits in `mostBytes`, in the order in which it comes. What is larger than that is done alone.
 */
export function memoryGate(mostBytes: number): MemoryGate {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = []
  let held = 0
  const letIn = (): void => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      if (held > 0 && held + next.bytes > mostBytes) return
      waiting.shift()
      held += next.bytes
      next.begin()
    }
  }
  return async (bytes, work) => {
    if (bytes < SMALL_BYTES) return work()
    await new Promise<void>(begin => {
      waiting.push({ bytes, begin })
      letIn()
    })
    try {
      return await work()
    } finally {
      held -= bytes
      letIn()
    }
  }
}
