import { enterNamespace } from '../../sandbox/namespace.js'
import { createTerminal } from '../terminal.js'
import { openSealed } from './sealed.js'
import { SCENES, playScene } from './scenes.js'
import { startLaneStage } from './stage.js'

/**
 * The second part of the demo: the lanes. It runs in a network of its own, since Postfix asks DNS
 * there and the servers listen on port 25.
 *
 * Shape   no arguments; the exit code is 1 when something went other than it should.
 */
await enterNamespace()
const terminal = createTerminal(process.stdout, process.env)
let end: ((good: boolean) => void) | undefined
const stage = await startLaneStage(title => {
  end?.(true)
  end = terminal.begin(title)
})
end?.(true)
const wrong: string[] = []
try {
  for (const scene of SCENES) wrong.push(...(await playScene(scene, stage, terminal)))
  wrong.push(...(await openSealed('station@klinik.example', stage, terminal)))
} finally {
  await stage.stop()
}
terminal.line()
if (wrong.length === 0) terminal.line(terminal.paint.green('The lanes did as they should.'))
process.exit(wrong.length === 0 ? 0 : 1)
