import type { CommandModule } from 'yargs'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import { ASK_CHOICES, type AskChoice } from '../../policy/model.js'
import { QUESTION_STATES, type QuestionState } from '../../store/questions.js'
import { answerQuestion, questionJson, tellQuestion } from '../ask-questions.js'
import type { Command, GlobalOptions } from '../command.js'
import { EXIT } from '../exit.js'
import { printable, printJson, printNotice } from '../output.js'
import { withExistingStore } from '../with-store.js'

const JSON_LINES = {
  type: 'boolean',
  default: false,
  describe: 'One JSON object a question',
} as const

const CUSTOMER = {
  type: 'string',
  default: ALL_CUSTOMERS,
  requiresArg: true,
  describe: 'Only questions of this customer',
} as const

const ID = {
  type: 'string',
  demandOption: true,
  describe: 'Id of the question, reference of the message, or queue id of Postfix',
} as const

interface List {
  state: QuestionState
  customer: string
  json: boolean
}

const list: Command<List> = {
  command: 'list',
  describe: 'List questions, the newest first',
  builder: yargs =>
    yargs
      .option('state', {
        choices: QUESTION_STATES,
        default: 'open' as const,
        describe: 'Only those that are open, answered, or ended in silence',
      })
      .option('customer', CUSTOMER)
      .option('json', JSON_LINES)
      .example('$0 ask list', 'who has not answered yet')
      .example('$0 ask list --state silent --json', '')
      .strict(),
  handler: ({ state, customer, json, ...options }) =>
    withExistingStore(options, async store => {
      const all = await store.questions.find(customer, undefined)
      const found = all.filter(question => question.state === state)
      if (found.length === 0) printNotice('There are no such questions.')
      for (const question of found) {
        if (json) printJson(questionJson(question))
        else tellQuestion(question)
      }
    }),
}

interface Show {
  id: string
  customer: string
  json: boolean
}

const show: Command<Show> = {
  command: 'show <id>',
  describe: 'Show what was asked about a message, and what came of it',
  builder: yargs =>
    yargs
      .positional('id', ID)
      .option('customer', CUSTOMER)
      .option('json', JSON_LINES)
      .example('$0 ask show 0123456789abcdefghij', '')
      .strict(),
  handler: ({ id, customer, json, ...options }) =>
    withExistingStore(options, async store => {
      const found = await store.questions.find(customer, id)
      if (found.length === 0) {
        printNotice(`No question is kept under ${printable(id)}.`)
        process.exitCode = EXIT.data
      }
      for (const question of found) {
        if (json) printJson(questionJson(question))
        else tellQuestion(question)
      }
    }),
}

interface Answer extends Show {
  choice: AskChoice
  officer: string | undefined
  reason: string
}

const answer: Command<Answer> = {
  command: 'answer <id>',
  describe: "Answer a question in the sender's place, as an officer; on record",
  builder: yargs =>
    yargs
      .positional('id', ID)
      .option('choice', {
        choices: ASK_CHOICES,
        demandOption: true,
        describe: 'Seal it; send it as one of class normal; cancel it',
      })
      .option('officer', {
        type: 'string',
        requiresArg: true,
        describe: 'Who has decided; by default who runs the command, who is on record in any case',
      })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Why, for the record; do not write about people in it',
      })
      .option('customer', CUSTOMER)
      .option('json', JSON_LINES)
      .example('$0 ask answer 0123456789abcdefghij --choice seal --reason "sender is away"', '')
      .example(
        '$0 ask answer 0123456789abcdefghij --choice send --officer ann --reason "read, harmless"',
        'lowers the class of the message to normal',
      )
      .strict(),
  handler: ({ config, ...choice }) =>
    withExistingStore({ config }, (store, _url, settings) =>
      answerQuestion(choice, store.questions, settings),
    ),
}

/** `postseal ask`: questions to senders. */
export const command: Command = {
  command: 'ask <action>',
  describe: 'List, show and answer questions to senders',
  builder: yargs =>
    yargs
      .command([list, show, answer] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name an action: list, show or answer.')
      .example('$0 ask list', 'who has not answered yet')
      .example('$0 ask answer 0123456789abcdefghij --choice cancel --reason "as asked"', ''),
  handler: () => undefined,
}
