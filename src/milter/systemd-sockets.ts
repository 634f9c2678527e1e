/** First descriptor that systemd hands over (SD_LISTEN_FDS_START). */
const FIRST_FD = 3

/**
 * The listening sockets that systemd handed to this process.
 *
 * Gives   file descriptors for `listen({ fd })`; none when LISTEN_PID names another process.
 * Source  sd_listen_fds(3)
 */
export function socketsFromSystemd(
  env: Readonly<Record<string, string | undefined>>,
  pid: number = process.pid,
): number[] {
  if (env['LISTEN_PID'] !== String(pid)) return []
  const count = env['LISTEN_FDS'] ?? ''
  if (!/^[0-9]{1,4}$/.test(count)) return []
  return Array.from({ length: Number(count) }, (_, index) => FIRST_FD + index)
}
