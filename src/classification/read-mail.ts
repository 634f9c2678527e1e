import { memoryGate } from '../container/memory-gate.js'
import type { Mail } from '../message/mail.js'
import type { ClassLabel, Judge, Passage } from './judge.js'
import { mailPassages } from './mail-passages.js'

/** Bytes of texts that are held at a time, those of all messages together. */
const gate = memoryGate(8 * 1024 * 1024)

interface Reading {
  readonly maxBytesPerPart: number
  readonly judges: Judge[]
  hasBegun: boolean
  readonly done: Promise<void>
}

const readings = new WeakMap<Mail, Reading>()

/**
 * Shows a judge what a message says without its attachments being opened.
 *
 * Classifiers that are asked at the same time share one reading: a text is decoded and folded once.
 */
export async function readMail(
  mail: Mail,
  judge: Judge,
  maxBytesPerPart: number,
  signal: AbortSignal,
): Promise<readonly ClassLabel[]> {
  const open = readings.get(mail)
  if (open?.hasBegun === false && open.maxBytesPerPart === maxBytesPerPart) {
    open.judges.push(judge)
    await open.done
  } else {
    await begin(mail, judge, maxBytesPerPart, signal).done
  }
  return judge.labels()
}

function begin(mail: Mail, judge: Judge, maxBytesPerPart: number, signal: AbortSignal): Reading {
  const judges = [judge]
  const run = async (): Promise<void> => {
    // Others that are asked now join first.
    await Promise.resolve()
    reading.hasBegun = true
    const bytes = Math.min(mail.source.size, judges.length * maxBytesPerPart)
    await gate(bytes, () => readAll(mailPassages(mail, maxBytesPerPart), judges, signal))
  }
  const reading: Reading = { maxBytesPerPart, judges, hasBegun: false, done: run() }
  readings.set(mail, reading)
  return reading
}

/** Shows passages to judges, one after the other, until none of them wants more. */
export async function readAll(
  passages: AsyncIterable<Passage>,
  judges: readonly Judge[],
  signal: AbortSignal,
): Promise<void> {
  for await (const passage of passages) {
    for (const judge of judges) if (!judge.isFull) await judge.read(passage, signal)
    if (judges.every(({ isFull }) => isFull)) return
  }
}
