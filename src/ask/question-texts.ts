import type { AskChoice, AskEnd } from '../policy/model.js'
import type { Language } from './language.js'

/** Places: `{recipients}`, `{at}`, `{why}`, `{until}`, `{words}`. */
export interface QuestionText {
  readonly subject: string
  readonly waits: string
  readonly why: string
  readonly question: string
  readonly choice: Readonly<Record<AskChoice, string>>
  /** Where only an officer may let it go unsealed. */
  readonly officer: string
  readonly byReply: string
  readonly byLink: string
  readonly silence: Readonly<Record<AskEnd, string>>
  readonly secret: string
  readonly contact: string
}

/** What a sender is asked; one question, the ways to answer it, and what happens without an answer. */
export const QUESTION_TEXTS: Readonly<Record<Language, QuestionText>> = {
  de: {
    subject: 'Ihre Nachricht an {recipients} wartet auf Ihre Antwort',
    waits: 'Ihre Nachricht vom {at} an {recipients} ist noch nicht verschickt.',
    why: 'Grund: {why}.',
    question: 'Was soll mit ihr geschehen?',
    choice: {
      seal: 'sie geht als versiegelter Brief hinaus, den nur die Empfänger mit einem Kennwort öffnen.',
      send: 'der Inhalt braucht keinen besonderen Schutz; sie geht hinaus wie jede gewöhnliche Nachricht.',
      cancel: 'sie wird nicht verschickt.',
    },
    officer: 'Unversiegelt freigeben kann diese Nachricht nur die Datenschutzstelle.',
    byReply:
      'Antworten Sie auf diese Mail mit einem dieser Wörter allein in der ersten Zeile: {words}.',
    byLink: 'Oder wählen Sie auf dieser Seite:',
    silence: {
      reject: 'Ohne Antwort bis {until} wird sie nicht verschickt, und Sie erhalten einen Bericht.',
      seal: 'Ohne Antwort bis {until} geht sie versiegelt hinaus.',
      hold: 'Ohne Antwort bis {until} entscheidet die Datenschutzstelle.',
    },
    secret:
      'Leiten Sie diese Mail nicht weiter: Wer sie hat, kann für Sie antworten. Die Antwort gilt einmal und nur für diese Nachricht.',
    contact: 'Fragen beantwortet',
  },
  fr: {
    subject: 'Votre message à {recipients} attend votre réponse',
    waits: 'Votre message du {at} à {recipients} n’est pas encore parti.',
    why: 'Motif : {why}.',
    question: 'Que faut-il en faire ?',
    choice: {
      seal: 'il part comme lettre scellée, que seuls les destinataires ouvrent avec un mot de passe.',
      send: 'son contenu n’a pas besoin de protection particulière ; il part comme tout message ordinaire.',
      cancel: 'il ne part pas.',
    },
    officer:
      'Seule la personne chargée de la protection des données peut le laisser partir sans sceau.',
    byReply: 'Répondez à ce message par un de ces mots, seul sur la première ligne : {words}.',
    byLink: 'Ou choisissez sur cette page :',
    silence: {
      reject: 'Sans réponse jusqu’au {until}, il ne part pas et vous recevez un rapport.',
      seal: 'Sans réponse jusqu’au {until}, il part scellé.',
      hold: 'Sans réponse jusqu’au {until}, la personne chargée de la protection des données décide.',
    },
    secret:
      'Ne transférez pas ce message : qui le possède peut répondre à votre place. La réponse vaut une fois et pour ce seul message.',
    contact: 'Pour toute question',
  },
  it: {
    subject: 'Il suo messaggio a {recipients} attende la sua risposta',
    waits: 'Il suo messaggio del {at} a {recipients} non è ancora partito.',
    why: 'Motivo: {why}.',
    question: 'Che cosa se ne deve fare?',
    choice: {
      seal: 'parte come lettera sigillata, che solo i destinatari aprono con una password.',
      send: 'il contenuto non ha bisogno di una protezione particolare; parte come ogni messaggio normale.',
      cancel: 'non parte.',
    },
    officer: 'Solo chi è incaricato della protezione dei dati può lasciarlo partire senza sigillo.',
    byReply:
      'Risponda a questo messaggio con una di queste parole, da sola nella prima riga: {words}.',
    byLink: 'Oppure scelga in questa pagina:',
    silence: {
      reject: 'Senza risposta entro il {until} non parte, e lei riceve un rapporto.',
      seal: 'Senza risposta entro il {until} parte sigillato.',
      hold: 'Senza risposta entro il {until} decide chi è incaricato della protezione dei dati.',
    },
    secret:
      'Non inoltri questo messaggio: chi lo possiede può rispondere al suo posto. La risposta vale una volta e solo per questo messaggio.',
    contact: 'Per domande',
  },
  en: {
    subject: 'Your message to {recipients} waits for your answer',
    waits: 'Your message of {at} to {recipients} has not been sent yet.',
    why: 'Reason: {why}.',
    question: 'What is to become of it?',
    choice: {
      seal: 'it leaves as a sealed letter, which only the recipients open with a password.',
      send: 'its content needs no special protection; it leaves as every normal message does.',
      cancel: 'it is not sent.',
    },
    officer: 'Only the data-protection officer can let this message go without a seal.',
    byReply: 'Answer this mail with one of these words, alone in the first line: {words}.',
    byLink: 'Or choose on this page:',
    silence: {
      reject: 'Without an answer until {until} it is not sent, and you get a report.',
      seal: 'Without an answer until {until} it leaves sealed.',
      hold: 'Without an answer until {until} the data-protection officer decides.',
    },
    secret:
      'Do not forward this mail: whoever has it can answer for you. The answer counts once, and for this message alone.',
    contact: 'For questions',
  },
}
