import { createHmac, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import { ASK_CHOICES, type AskChoice } from '../policy/model.js'
import type { Question, QuestionStore } from '../store/questions.js'
import { GuessLimit } from './guess-limit.js'
import { languageNamed, type Language } from './language.js'
import { PAGE_TEXTS } from './page-texts.js'
import { CONTENT_POLICY, donePage, languageOf, questionPage, textPage } from './pages.js'
import { tokenDigest } from './token.js'

export interface AskServerOptions {
  readonly questions: Pick<QuestionStore, 'openByToken' | 'answer' | 'noteIgnored'>
  /** How senders reach this server: `https://ask.example.org`. */
  readonly baseUrl: string
  /** 32 bytes that all gateways with one store share; proofs of forms are made with it. */
  readonly key: Buffer
  /** For who accepts none of ours. */
  readonly language: Language
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly timeZone?: string
}

/** A form has two short fields. */
const MAX_BODY_BYTES = 1024
const MAX_CONNECTIONS = 200
const TIMEOUT_MS = 10_000

/**
 * Answers by link: GET shows the question and changes nothing, however often a scanner looks; only
 * the form of that page answers, once. What is used, over or unknown looks the same. No address of a
 * request is ever logged, since it holds the token.
 */
export function createAskServer(options: AskServerOptions): FastifyInstance {
  const { log, questions } = options
  const limit = new GuessLimit(options.now)
  const closed = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const language = languageFor(request, options.language)
    return reply.code(404).send(textPage(PAGE_TEXTS[language].closed, language))
  }
  const app = fastify({
    logger: false,
    // The proxy on this machine says who the client is; nobody else is believed.
    trustProxy: 'loopback',
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: TIMEOUT_MS,
    connectionTimeout: TIMEOUT_MS,
    keepAliveTimeout: TIMEOUT_MS,
    // What no route can be found for, such as a broken escape or a token that is too long.
    frameworkErrors: (_error, request, reply) => void closed(request, reply.headers(HEADERS)),
    routerOptions: { maxParamLength: 100 },
  })
  app.server.maxConnections = MAX_CONNECTIONS
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(body.toString())),
  )
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(HEADERS)
    done()
  })

  /** The open question of a request, or nothing, with the page for that. */
  const questionFor = async (request: FastifyRequest): Promise<Question | undefined> => {
    if (limit.isOver(request.ip)) return undefined
    const digest = tokenDigest(tokenOf(request))
    const question = digest === undefined ? undefined : await questions.openByToken(digest)
    if (question === undefined) limit.miss(request.ip)
    return question
  }

  app.get('/a/:token', async (request, reply) => {
    const question = await questionFor(request)
    if (question === undefined) return closed(request, reply)
    const language = languageFor(request, languageNamed(question.language))
    const proof = proofOf(tokenOf(request), options.key)
    return reply.send(questionPage({ question, language, proof, timeZone: options.timeZone }))
  })

  app.post('/a/:token', async (request, reply) => {
    const form = request.body
    if (!isSameOrigin(request, options.baseUrl) || !(form instanceof URLSearchParams))
      return closed(request, reply)
    const question = await questionFor(request)
    if (question === undefined) return closed(request, reply)
    const language = languageFor(request, languageNamed(question.language))
    const choice = ASK_CHOICES.find(one => one === form.get('choice'))
    const isOurs = isProof(form.get('proof') ?? '', tokenOf(request), options.key)
    if (choice === undefined || !isOurs || form.getAll('choice').length !== 1)
      return closed(request, reply)
    return answer(question, choice, language, request, reply)
  })

  const answer = async (
    question: Question,
    choice: AskChoice,
    language: Language,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const { id, reference } = question
    const outcome = await questions.answer({
      id,
      choice,
      way: 'link',
      by: 'the sender',
      reason: '',
    })
    if (outcome.kind === 'done') {
      log.info('a question was answered by link', { reference, action: choice })
      return reply.send(donePage(choice, language))
    }
    if (outcome.why === 'closed') return closed(request, reply)
    await questions.noteIgnored(question, `${choice} by link is not offered to the sender`)
    log.warn('an answer by link has no effect', { reference, action: choice })
    return reply.code(403).send(textPage(PAGE_TEXTS[language].notOffered, language))
  }

  app.setNotFoundHandler((request, reply) => closed(request, reply))
  app.setErrorHandler((thrown: unknown, request, reply) => {
    const status = statusOf(thrown)
    if (status < 500) return closed(request, reply)
    log.error('a question could not be shown or answered', { reason: reasonOf(thrown) })
    const language = languageFor(request, options.language)
    return reply.code(503).send(textPage(PAGE_TEXTS[language].trouble, language))
  })
  return app
}

const HEADERS = Object.freeze({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
})

function tokenOf({ params }: FastifyRequest): string {
  const { token } = params as { readonly token?: unknown }
  return typeof token === 'string' ? token : ''
}

function languageFor({ headers }: FastifyRequest, other: Language): Language {
  return languageOf(headers['accept-language'], other)
}

/**
 * Whether a form comes from a page of this server, as far as the browser says. A page without referrer
 * posts with the origin `null`; then Sec-Fetch-Site tells, and in any case the proof in the form.
 */
function isSameOrigin({ headers }: FastifyRequest, baseUrl: string): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  return origin === undefined || origin === 'null' || origin === new URL(baseUrl).origin
}

/** Only who was shown the page of a token has it. */
function proofOf(token: string, key: Buffer): string {
  return createHmac('sha256', key).update(`ask form ${token}`).digest('base64url').slice(0, 22)
}

function isProof(proof: string, token: string, key: Buffer): boolean {
  const right = Buffer.from(proofOf(token, key))
  const given = Buffer.from(proof)
  return given.length === right.length && timingSafeEqual(given, right)
}

function statusOf(thrown: unknown): number {
  const { statusCode } = Object(thrown) as { readonly statusCode?: unknown }
  return typeof statusCode === 'number' ? statusCode : 500
}
