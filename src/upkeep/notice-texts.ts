import type { PlainNoticeKind } from '../store/outbox.js'

/** Kinds of texts: a letter that came back can be sent again in another format, or not. */
export type NoticeTextKind = PlainNoticeKind | 'returned-for-good'

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
  Record<Language, Readonly<Record<NoticeTextKind, NoticeText>>>
> = {
  de: {
    returned: {
      subject: 'Ihre Nachricht an {recipient} kam zurück',
      body: [
        'Ihre Nachricht an {recipient} ist als versiegelter Brief verschickt worden, und der Server dort hat diese Art von Brief abgelehnt: {why}',
        'Senden Sie die Nachricht bitte noch einmal; sie geht dann von selbst in einem anderen Format hinaus. Ein Kennwort, das Sie dafür schon erhalten haben, gilt nicht mehr.',
        'Der technische Bericht kommt mit eigener Post.',
      ],
      contact: 'Fragen beantwortet',
    },
    'returned-for-good': {
      subject: 'Ihre Nachricht an {recipient} kam zurück',
      body: [
        'Ihre Nachricht an {recipient} ist als versiegelter Brief verschickt worden, und der Server dort hat diese Art von Brief abgelehnt: {why}',
        'Ein anderes Format, das dort noch nicht abgelehnt wurde, gibt es nicht; die Nachricht noch einmal zu senden, hilft nicht.',
        'Rufen Sie die Empfängerin oder den Empfänger an, oder fragen Sie die Administration. Der technische Bericht kommt mit eigener Post.',
      ],
      contact: 'Fragen beantwortet',
    },
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
    returned: {
      subject: 'Votre message à {recipient} est revenu',
      body: [
        'Votre message à {recipient} est parti sous forme de lettre scellée, et le serveur du destinataire a refusé cette sorte de lettre : {why}',
        'Veuillez renvoyer le message ; il partira de lui-même dans un autre format. Un mot de passe déjà reçu pour lui n’est plus valable.',
        'Le rapport technique vous parvient séparément.',
      ],
      contact: 'Pour toute question',
    },
    'returned-for-good': {
      subject: 'Votre message à {recipient} est revenu',
      body: [
        'Votre message à {recipient} est parti sous forme de lettre scellée, et le serveur du destinataire a refusé cette sorte de lettre : {why}',
        'Il n’y a pas d’autre format qui n’y ait pas encore été refusé ; renvoyer le message ne sert à rien.',
        'Téléphonez au destinataire, ou adressez-vous à l’administration. Le rapport technique vous parvient séparément.',
      ],
      contact: 'Pour toute question',
    },
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
    returned: {
      subject: 'Il suo messaggio a {recipient} è tornato indietro',
      body: [
        'Il suo messaggio a {recipient} è partito come lettera sigillata, e il server del destinatario ha rifiutato questo tipo di lettera: {why}',
        'Invii di nuovo il messaggio; partirà da sé in un altro formato. Una password già ricevuta per esso non vale più.',
        'Il rapporto tecnico arriva a parte.',
      ],
      contact: 'Per domande',
    },
    'returned-for-good': {
      subject: 'Il suo messaggio a {recipient} è tornato indietro',
      body: [
        'Il suo messaggio a {recipient} è partito come lettera sigillata, e il server del destinatario ha rifiutato questo tipo di lettera: {why}',
        'Non c’è un altro formato che non vi sia già stato rifiutato; inviare di nuovo il messaggio non serve.',
        'Telefoni al destinatario, o si rivolga all’amministrazione. Il rapporto tecnico arriva a parte.',
      ],
      contact: 'Per domande',
    },
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
    returned: {
      subject: 'Your message to {recipient} came back',
      body: [
        'Your message to {recipient} was sent as a sealed letter, and the server there refused this kind of letter: {why}',
        'Please send the message again; it will leave in another format by itself. A password that you were told for it is no longer valid.',
        'The technical report comes in a mail of its own.',
      ],
      contact: 'For questions',
    },
    'returned-for-good': {
      subject: 'Your message to {recipient} came back',
      body: [
        'Your message to {recipient} was sent as a sealed letter, and the server there refused this kind of letter: {why}',
        'There is no other format that was not refused there already; sending the message again does not help.',
        'Call the recipient, or ask your administrator. The technical report comes in a mail of its own.',
      ],
      contact: 'For questions',
    },
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
