/**
 * What starts Node as people do: without the module loader that the test runner hands down to every
 * child to measure coverage, and which doubles the time of each start.
 */
export function plainNode(...args: readonly string[]): [command: string, args: readonly string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', process.execPath, ...args]]
}
