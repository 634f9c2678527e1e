import { sendMail } from 'postseal/milter'
import { SENDER, type Example } from './examples.js'
import { messageOf, type Answer } from './send.js'

/** What the milter said, and the message as Postfix would pass it on. */
export interface Replayed {
  readonly answer: Answer
  readonly message: Buffer | undefined
}

/** Where there is no Postfix: plays an example to the milter as Postfix would. */
export async function replayExample(example: Example, milterPort: number): Promise<Replayed> {
  const { verdict, reply, message } = await sendMail(
    { host: '127.0.0.1', port: milterPort },
    {
      sender: SENDER,
      recipients: example.recipients.map(({ address }) => address),
      message: await messageOf(example),
    },
  )
  const lines =
    reply.kind === 'code'
      ? reply.lines.map((line, index) => {
          const last = index === reply.lines.length - 1
          return `${reply.code}${last ? ' ' : '-'}${reply.enhanced} ${line}`
        })
      : [WORDS[verdict]]
  return { answer: { code: Number(lines[0]?.slice(0, 3)), lines, queueId: undefined }, message }
}

/** What Postfix says for replies without words of their own. */
const WORDS = {
  accept: '250 2.0.0 accepted',
  discard: '250 2.0.0 discarded',
  reject: '550 5.7.1 Command rejected',
  tempfail: '451 4.7.1 Service unavailable - try again later',
} as const
