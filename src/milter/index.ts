/** The door of the milter library: both sides of the protocol. */
export { MilterServer, createMilterServer, type DrainOptions, type MilterStats } from './server.js'
export type { MilterServerOptions } from './server-context.js'
export type { ListenTarget } from './listening.js'
export { socketsFromSystemd } from './systemd-sockets.js'
export type { MilterClock } from './deadlines.js'
export { MilterError, type MilterErrorCode } from './milter-error.js'
export { CHUNK_BYTES, PacketReader, SMFIC, SMFIR, encodePacket } from './wire.js'
export { encodeCommand, type Command, type ConnectInfo } from './command.js'
export {
  ACTIONS,
  PROTOCOL,
  type MacroRequest,
  type MacroStage,
  type MilterAction,
  type Negotiated,
} from './negotiate.js'
export {
  replies,
  replyCode,
  type AcceptReply,
  type BodyReply,
  type CodeReply,
  type ContinueReply,
  type DiscardReply,
  type FinalReply,
  type RefusalReply,
  type Reply,
  type SkipReply,
  type StageReply,
} from './reply.js'
export type { Modification } from './modification.js'
export type { EditRecorder, RecipientOptions, SenderOptions } from './edits.js'
export { textOfWire, wireOfText } from './wire-text.js'
export { DEFAULT_LIMITS, type MilterLimits } from './limits.js'
export type { MilterEvent } from './event.js'
export type {
  Answer,
  BodyView,
  EnvelopeAddress,
  HeaderLine,
  MacroView,
  MilterHandlers,
  MilterNeeds,
  MilterSession,
  Recipient,
  TlsInfo,
  Transaction,
} from './handlers.js'
export {
  MilterClient,
  connectMilter,
  type ClientAgreement,
  type ClientOptions,
  type EndOfMessage,
  type Heard,
} from './client.js'
export type { ClientTarget } from './client-channel.js'
export { sendMail, type ClientMail, type MailResult } from './client-mail.js'
export {
  applyModifications,
  joinMessage,
  splitMessage,
  type EditedMessage,
  type SplitMessage,
} from './client-message.js'
