import type { Scenario } from './scenario.js'
import { attachmentsScenario } from './scenarios/attachments.js'
import { auditScenario } from './scenarios/audit.js'
import { classesScenario } from './scenarios/classes.js'
import { contentScenario } from './scenarios/content.js'
import { domainsScenario } from './scenarios/domains.js'
import { gatewayScenario } from './scenarios/gateway.js'
import { lanesScenario } from './scenarios/lanes.js'
import { lettersScenario } from './scenarios/letters.js'
import { libraryScenario } from './scenarios/library.js'
import { memoryScenario } from './scenarios/memory.js'
import { postfixScenario } from './scenarios/postfix.js'
import { probeScenario } from './scenarios/probe.js'
import { storeScenario } from './scenarios/store.js'
import { tcpStallScenario } from './scenarios/tcp-stall.js'

/** All that the bench measures, in the order in which it does. */
export const SCENARIOS: readonly Scenario[] = [
  libraryScenario('unix'),
  libraryScenario('tcp'),
  tcpStallScenario,
  gatewayScenario,
  contentScenario,
  attachmentsScenario,
  classesScenario,
  memoryScenario,
  lettersScenario,
  postfixScenario,
  lanesScenario,
  storeScenario,
  probeScenario,
  auditScenario,
  domainsScenario,
]
