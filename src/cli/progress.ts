import { SingleBar } from 'cli-progress'

/** Shows how far a long job is. */
export interface Progress {
  step(): void
  end(): void
}

/**
 * A progress bar on standard error; nothing where that is no terminal or the job is short.
 *
 * Units   `total` in items.
 */
export function progressBar(what: string, total: number): Progress {
  if (!process.stderr.isTTY || total < 3) return { step: () => undefined, end: () => undefined }
  const bar = new SingleBar({
    format: `${what} [{bar}] {value}/{total}, {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  })
  bar.start(total, 0)
  return { step: () => bar.increment(), end: () => bar.stop() }
}
