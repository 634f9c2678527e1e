import { z } from 'zod'
import { reasonOf } from '../errors.js'

/** A pattern that `compile` takes, with its objection as the message. */
export const patternFor = (compile: (source: string) => unknown): z.ZodType<string> =>
  z
    .string()
    .min(1)
    .max(1000)
    .superRefine((source, context) => {
      try {
        compile(source)
      } catch (thrown) {
        context.addIssue({ code: 'custom', message: reasonOf(thrown) })
      }
    })
