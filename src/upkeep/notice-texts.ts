import type { PlainNoticeKind } from '../store/outbox.js'

/** What a notice says, with places for `{recipient}`, `{why}`, `{reference}`, `{contact}`. */
export interface NoticeText {
  readonly subject: string
  readonly body: readonly string[]
  /** Stands in front of the contact, where one is configured. */
  readonly contact: string
}

export const LANGUAGES = ['de', 'fr', 'it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Kinds of notices in all languages: what happened, what happens next, what to do. */
export const NOTICE_TEXTS: Readonly<
  Record<Language, Readonly<Record<PlainNoticeKind, NoticeText>>>
> = {
  de: {
    waiting: {
      subject: 'Ihre Nachricht an {recipient} wartet noch',
      body: [
        'Ihre Nachricht an {recipient} ist angenommen, aber noch nicht verschickt.',
        'Grund: {why}.',
        'Sie müssen nichts tun und sollten die Nachricht nicht noch einmal senden. Sie geht hinaus, sobald es möglich ist; wird daraus nichts, erhalten Sie einen Bericht über die Unzustellbarkeit.',
        'Ist es eilig, rufen Sie die Empfängerin oder den Empfänger an.',
      ],
      contact: 'Fragen beantwortet',
    },
    delivered: {
      subject: 'Ihre Nachricht an {recipient} ist unterwegs',
      body: [
        'Ihre Nachricht an {recipient}, die warten musste, ist jetzt geschützt verschickt worden.',
        'Sie müssen nichts mehr tun.',
      ],
      contact: 'Fragen beantwortet',
    },
    ended: {
      subject: 'Ihre Nachricht an {recipient} wurde nicht verschickt',
      body: [
        'Ihre Nachricht an {recipient}, die warten musste, ist nicht verschickt worden.',
        'Grund: {why}.',
        'Erreichen Sie die Empfängerin oder den Empfänger auf anderem Weg, oder schützen Sie den Inhalt selbst (S/MIME, PGP oder eine Datei mit Kennwort) und senden Sie ihn noch einmal. Der technische Bericht kommt mit eigener Post.',
      ],
      contact: 'Fragen beantwortet',
    },
  },
  fr: {
    waiting: {
      subject: 'Votre message à {recipient} est en attente',
      body: [
        'Votre message à {recipient} a été accepté, mais n’est pas encore parti.',
        'Motif : {why}.',
        'Vous n’avez rien à faire ; ne renvoyez pas le message. Il partira dès que possible ; sinon, vous recevrez un avis de non-remise.',
        'En cas d’urgence, téléphonez au destinataire.',
      ],
      contact: 'Pour toute question',
    },
    delivered: {
      subject: 'Votre message à {recipient} est parti',
      body: [
        'Votre message à {recipient}, qui était en attente, vient de partir sous protection.',
        'Vous n’avez plus rien à faire.',
      ],
      contact: 'Pour toute question',
    },
    ended: {
      subject: 'Votre message à {recipient} n’est pas parti',
      body: [
        'Votre message à {recipient}, qui était en attente, n’est pas parti.',
        'Motif : {why}.',
        'Joignez le destinataire par un autre moyen, ou protégez vous-même le contenu (S/MIME, PGP ou fichier avec mot de passe) et renvoyez-le. Le rapport technique vous parvient séparément.',
      ],
      contact: 'Pour toute question',
    },
  },
  it: {
    waiting: {
      subject: 'Il suo messaggio a {recipient} è in attesa',
      body: [
        'Il suo messaggio a {recipient} è stato accettato, ma non è ancora partito.',
        'Motivo: {why}.',
        'Non deve fare nulla; non invii di nuovo il messaggio. Partirà appena possibile; altrimenti riceverà un avviso di mancato recapito.',
        'Se è urgente, telefoni al destinatario.',
      ],
      contact: 'Per domande',
    },
    delivered: {
      subject: 'Il suo messaggio a {recipient} è partito',
      body: [
        'Il suo messaggio a {recipient}, che era in attesa, è appena partito protetto.',
        'Non deve più fare nulla.',
      ],
      contact: 'Per domande',
    },
    ended: {
      subject: 'Il suo messaggio a {recipient} non è partito',
      body: [
        'Il suo messaggio a {recipient}, che era in attesa, non è partito.',
        'Motivo: {why}.',
        'Raggiunga il destinatario in altro modo, oppure protegga lei stesso il contenuto (S/MIME, PGP o un file con password) e lo invii di nuovo. Il rapporto tecnico arriva a parte.',
      ],
      contact: 'Per domande',
    },
  },
  en: {
    waiting: {
      subject: 'Your message to {recipient} is still waiting',
      body: [
        'Your message to {recipient} was accepted but has not been sent yet.',
        'Reason: {why}.',
        'There is nothing for you to do; please do not send it again. It leaves as soon as it can; if it cannot, you will get a report of non-delivery.',
        'If it is urgent, call the recipient.',
      ],
      contact: 'For questions',
    },
    delivered: {
      subject: 'Your message to {recipient} is on its way',
      body: [
        'Your message to {recipient}, which had to wait, has now been sent with its protection.',
        'There is nothing left for you to do.',
      ],
      contact: 'For questions',
    },
    ended: {
      subject: 'Your message to {recipient} was not sent',
      body: [
        'Your message to {recipient}, which had to wait, was not sent.',
        'Reason: {why}.',
        'Reach the recipient in another way, or protect the content yourself (S/MIME, PGP or a file with a password) and send it again. The technical report comes in a mail of its own.',
      ],
      contact: 'For questions',
    },
  },
}
