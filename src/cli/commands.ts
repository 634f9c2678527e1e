import type { CommandModule } from 'yargs'
import { command as ask } from './commands/ask.js'
import { command as backup } from './commands/backup.js'
import { command as cancel } from './commands/cancel.js'
import { command as check } from './commands/check.js'
import { command as config } from './commands/config.js'
import { command as detect } from './commands/detect.js'
import { command as doctor } from './commands/doctor.js'
import { command as domain } from './commands/domain.js'
import { command as follow } from './commands/follow.js'
import { command as forecast } from './commands/forecast.js'
import { command as key } from './commands/key.js'
import { command as maps } from './commands/maps.js'
import { command as milter } from './commands/milter.js'
import { command as open } from './commands/open.js'
import { command as password } from './commands/password.js'
import { command as pause } from './commands/pause.js'
import { command as plugins } from './commands/plugins.js'
import { command as policyd } from './commands/policyd.js'
import { command as probe } from './commands/probe.js'
import { command as release } from './commands/release.js'
import { command as resend } from './commands/resend.js'
import { command as report } from './commands/report.js'
import { command as resume } from './commands/resume.js'
import { command as run } from './commands/run.js'
import { command as setup } from './commands/setup.js'
import { command as show } from './commands/show.js'
import { command as waiting } from './commands/waiting.js'

/** The commands in the order in which the help lists them. */
export const commands = [
  run,
  milter,
  follow,
  check,
  detect,
  domain,
  probe,
  forecast,
  key,
  maps,
  policyd,
  setup,
  doctor,
  waiting,
  release,
  cancel,
  ask,
  password,
  open,
  resend,
  pause,
  resume,
  show,
  report,
  backup,
  plugins,
  config,
] as unknown as readonly CommandModule[]
