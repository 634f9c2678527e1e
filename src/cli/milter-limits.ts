import type { Config } from '../config/load.js'
import type { MilterLimits } from '../milter/index.js'

/** The limits of the milter library as the settings give them. */
export function milterLimits({ milter }: Config): Partial<MilterLimits> {
  return {
    connections: milter.max_connections,
    idleMs: milter.idle_timeout,
    stallMs: milter.command_timeout,
    answerMs: milter.message_timeout,
    progressMs: milter.progress_interval,
    messageBytes: milter.max_message_size,
    bodyMemoryPerMessage: milter.body_memory_per_message,
    bodyMemoryTotal: milter.body_memory,
  }
}
