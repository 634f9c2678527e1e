/**
 * The door for plugin authors: `postseal/plugin`. What stands here is covered by API_VERSION.
 */
export { API_VERSION, definePlugin } from './plugin.js'
export type {
  Plugin,
  PluginDefinition,
  PluginFinding as Finding,
  PluginLabel as Label,
  PluginLog,
  PluginNeeds,
  SetupContext,
  Stage,
  StageRun,
  Started,
} from './plugin.js'
export { NetworkError } from './plugin-network.js'
export type { NetworkAnswer, NetworkRequest, PluginNetwork } from './plugin-network.js'
export type { PluginState } from './plugin-state.js'
export { s } from './settings.js'
export type { Setting, Settings, Values } from '../config/setting.js'

export type {
  Language,
  LetterForm,
  LetterStyle,
  PasswordText,
  SealedLetter,
  SealFormat,
  SealOrder,
} from '../seal/letter.js'

export type { Edit } from '../message/edit.js'
export type { Damage, Envelope, HeaderField, Mail, Part, TextPart } from '../message/mail.js'
export type { ByteSource, Range } from '../message/source.js'

export { decodeText, encodeText, type DecodedText } from '../message/charset.js'
export { encodeBody } from '../message/encode-body.js'
export { decodeHeaderText, encodeHeaderText } from '../message/encoded-word.js'
export { fieldsNamed, firstField } from '../message/header-fields.js'
export {
  subjectToken,
  tagForm,
  withoutReplyPrefix,
  type SubjectToken,
} from '../message/subject-token.js'

export { RISK_CLASSES, SYSTEMS, VERDICTS } from '../policy/model.js'
export type {
  ContentVerdict,
  Decision,
  RecipientDecision,
  RiskClass,
  System,
  Verdict,
} from '../policy/model.js'

export { CONTAINER_SETTINGS, detectInLeaves } from './container-detector.js'
export { Budget, type ContainerLimits } from '../container/budget.js'
export { ByteReader } from '../container/byte-reader.js'
export {
  partOf,
  readAt,
  readUpTo,
  streamOf,
  viewOf,
  type ByteView,
} from '../container/byte-view.js'
export { judgeCms, type InspectContent } from '../container/cms.js'
export { isContainerFront, isProgramFront, PDF_HEAD_BYTES } from '../container/container-front.js'
export { judgeContent, startWalk } from '../container/content.js'
export type { ContentJudgement, JudgeFile, WalkContext } from '../container/content-judgement.js'
export { guardWalk } from '../container/guard.js'
export type { Judgement } from '../container/judgement.js'
export { looksLikeText } from '../container/looks-like-text.js'
export { looksReadable } from '../container/looks-readable.js'
export { judgeOpenDocument } from '../container/odf.js'
export { judgeOffice } from '../container/office.js'
export { OleFile, OLE_MAGIC, type OleStream } from '../container/ole.js'
export { judgeOpenPgp } from '../container/openpgp.js'
export { judgePdf, type PdfJudgement } from '../container/pdf.js'
export { judgeRar } from '../container/rar.js'
export { memoryGate } from '../container/memory-gate.js'
export { readWhole } from '../container/read-whole.js'
export { judgeSevenZip } from '../container/seven-zip.js'
export { judgeZip } from '../container/zip.js'
export {
  placeOf,
  readZipDirectory,
  type ZipDirectory,
  type ZipEntry,
} from '../container/zip-directory.js'
export { findZipEnd } from '../container/zip-end.js'
export { createTransferDecoder, type TransferDecoder } from '../message/transfer-decoder.js'

export {
  DICTIONARY_SETTINGS,
  dictionaryOptions,
  IDENTIFIER_SETTINGS,
  identifierOptions,
  TEXT_SETTINGS,
} from './classifier-settings.js'
export { SENSITIVITY_SETTINGS } from './sensitivity-settings.js'
export {
  identifierJudges,
  type IdentifierOptions,
} from '../classification/identifiers/identifier-judge.js'
export type { ClassLabel, Judge, Passage, Place } from '../classification/judge.js'
export {
  labelClassifier,
  type LabelSettings,
} from '../classification/sensitivity/classify-labels.js'
export {
  EXTRACT_LIMITS,
  UNREADABLE_REASONS,
  type Extract,
  type ExtractLimits,
  type UnreadableReason,
} from '../classification/attachments/extract.js'
export {
  Extractor,
  type Extraction,
  type ExtractorOptions,
} from '../classification/attachments/extractor.js'
export {
  FORMAT_BYTES,
  formatOf,
  type FileFormat,
} from '../classification/attachments/file-format.js'
export { mailPassages } from '../classification/mail-passages.js'
export { readAll, readMail } from '../classification/read-mail.js'
export {
  dictionaryJudges,
  type DictionaryOptions,
} from '../classification/terms/dictionary-judge.js'
export { textFile, type TextFile } from '../classification/text-file.js'

export { HTML_LETTER, sealAsHtml } from '../seal/html/html-format.js'
export { PDF_LETTER, sealAsPdf } from '../seal/pdf/pdf-format.js'
export { PGP_LETTER, sealAsPgp } from '../seal/pgp/pgp-format.js'
export { SMIME_LETTER, sealAsSmime } from '../seal/smime/smime-format.js'
export { sealAsZip, ZIP_LETTER } from '../seal/zip/zip-format.js'
export { isKnownCover, referenceIn } from '../seal/known-cover.js'
export { hasPdfLetterForm } from '../seal/pdf/pdf-form.js'
export { hasZipLetterForm } from '../seal/zip/zip-form.js'
export { isLetterCover, judgeLetter, type LetterJudgement } from '../seal/html/judge-letter.js'
export { saysLetter } from '../seal/html/read-letter-file.js'
