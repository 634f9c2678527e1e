import type { Config } from '../config/load.js'
import type { AskChoice } from '../policy/model.js'
import { postfixRunner, type RunPostfix } from '../postfix/run.js'
import { currentActor } from '../store/actor.js'
import type { Question, QuestionStore } from '../store/questions.js'
import { tryNow } from './decide-waiting.js'
import { EXIT } from './exit.js'
import { printable, printJson, printLine, printNotice } from './output.js'

export interface OfficerAnswer {
  readonly id: string
  readonly customer: string
  readonly choice: AskChoice
  readonly officer: string | undefined
  readonly reason: string
  readonly json: boolean
}

/**
 * Answers a question as an officer: who runs the command has logged in to this machine, and both names
 * are on record. Postfix tries what waits at once; should that fail, the daemon has it tried.
 */
export async function answerQuestion(
  { id, customer, choice, officer, reason, json }: OfficerAnswer,
  questions: Pick<QuestionStore, 'find' | 'answer'>,
  { postfix }: Pick<Config, 'postfix'>,
  run: RunPostfix = postfixRunner(postfix),
): Promise<void> {
  const open = (await questions.find(customer, id)).filter(({ state }) => state === 'open')
  const [question, ...others] = open
  if (question === undefined || others.length > 0) {
    printNotice(
      question === undefined
        ? `No question is open under ${printable(id)}; \`postseal ask list\` lists those that are.`
        : `${open.length} questions are open under ${printable(id)}; name one by its id (\`postseal ask list\`).`,
    )
    process.exitCode = EXIT.data
    return
  }
  const actor = currentActor()
  const by = officer === undefined || officer === actor ? actor : `${officer} (by ${actor})`
  const outcome = await questions.answer({ id: question.id, choice, way: 'officer', by, reason })
  if (outcome.kind === 'refused') {
    printNotice(
      outcome.why === 'closed'
        ? 'The question was answered in the meantime, or its time is over.'
        : `"${choice}" cannot be done for this message; it can be answered with ${question.officerChoices.join(', ')}.`,
    )
    process.exitCode = EXIT.data
    return
  }
  if (json) printJson(questionJson(outcome.question))
  else printNotice(`Answered: ${choice} (${question.reference}).`)
  for (const queueId of outcome.queueIds) await tryNow(run, queueId)
}

/** A question as programs get it; what binds it to its message is left out. */
export function questionJson(question: Question): object {
  const { firstAt, createdAt, until, askedAt, answeredAt, bodyHash: _, ...rest } = question
  return {
    ...rest,
    firstAt: new Date(firstAt),
    createdAt: new Date(createdAt),
    until: new Date(until),
    ...(askedAt === undefined ? {} : { askedAt: new Date(askedAt) }),
    ...(answeredAt === undefined ? {} : { answeredAt: new Date(answeredAt) }),
  }
}

/** A question for people, in a few lines. */
export function tellQuestion(question: Question): void {
  const { id, reference, sender, recipients, choices, officerChoices, silence, state } = question
  printLine(`${id}  ${printable(sender)} to ${recipients.map(one => printable(one)).join(', ')}`)
  printLine(
    `    class ${question.class}, because ${printable(question.why)}; reference ${reference}`,
  )
  printLine(
    `    the sender may ${choices.join(', ')}; an officer ${officerChoices.join(', ')}; silence: ${silence}`,
  )
  const asked =
    question.askedAt === undefined ? 'not asked yet' : `asked ${minute(question.askedAt)}`
  const { answer, answeredAt, answeredBy, way } = question
  const end = answeredAt === undefined ? '' : ` ${minute(answeredAt)}`
  const told =
    state === 'open'
      ? `open until ${minute(question.until)}`
      : state === 'silent'
        ? `nobody answered; ended${end}`
        : `${answer ?? ''} by ${printable(answeredBy ?? '')}, ${way ?? ''}${end}`
  printLine(`    ${asked}; ${told}`)
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`
}
