import type { Language } from './letter.js'

/**
 * What the gateway says above an answer that it has opened, with `{reference}`, `{recipient}`, `{date}`,
 * `{sender}`. Each is one paragraph.
 */
export interface AnswerWords {
  readonly opened: string
  readonly proves: string
  readonly attached: string
  /** The same answer has come before. */
  readonly repeated: string
  /** The mail that it came in names another sender. */
  readonly otherSender: string
  readonly noText: string
  readonly answer: string
  /** Where the answer has no subject. */
  readonly subject: string
}

export const ANSWER_TEXTS: Readonly<Record<Language, AnswerWords>> = {
  de: {
    opened:
      'Antwort auf Ihren versiegelten Brief {reference} an {recipient}. Das Mail-Gateway hat sie geöffnet; bis dahin war sie verschlüsselt.',
    proves:
      'Was das beweist: Wer sie geschrieben hat, kannte das Kennwort dieses Briefs. Was es nicht beweist: dass es {recipient} war. Wer das Kennwort sonst noch kennt, kann eine solche Antwort schreiben. Dateien darin sind so ungeprüft wie jeder Anhang.',
    attached: 'Die Nachricht, wie sie ankam, liegt als letzter Anhang bei.',
    repeated:
      'ACHTUNG: Genau diese Antwort kam schon am {date} an. Sie ist nicht neu; jemand hat sie noch einmal geschickt.',
    otherSender: 'Die Nachricht, in der sie ankam, nennt als Absender {sender}.',
    noText: '(Die Antwort hat keinen Text.)',
    answer: 'ANTWORT',
    subject: 'Antwort auf Ihren versiegelten Brief',
  },
  fr: {
    opened:
      'Réponse à votre lettre scellée {reference} à {recipient}. La passerelle de messagerie l’a ouverte ; jusque-là, elle était chiffrée.',
    proves:
      'Ce que cela prouve : qui l’a écrite connaissait le mot de passe de cette lettre. Ce que cela ne prouve pas : que c’était {recipient}. Quiconque connaît le mot de passe peut écrire une telle réponse. Les fichiers joints ne sont pas plus sûrs que toute autre pièce jointe.',
    attached: 'Le message tel qu’il est arrivé est la dernière pièce jointe.',
    repeated:
      'ATTENTION : cette même réponse est déjà arrivée le {date}. Elle n’est pas nouvelle ; quelqu’un l’a envoyée une seconde fois.',
    otherSender: 'Le message dans lequel elle est arrivée nomme comme expéditeur {sender}.',
    noText: '(La réponse n’a pas de texte.)',
    answer: 'RÉPONSE',
    subject: 'Réponse à votre lettre scellée',
  },
  it: {
    opened:
      'Risposta alla sua lettera sigillata {reference} a {recipient}. L’ha aperta il gateway di posta; fino ad allora era cifrata.',
    proves:
      'Che cosa prova: chi l’ha scritta conosceva la password di questa lettera. Che cosa non prova: che fosse {recipient}. Chiunque conosca la password può scrivere una risposta simile. I file non sono più sicuri di qualsiasi altro allegato.',
    attached: 'Il messaggio com’è arrivato è l’ultimo allegato.',
    repeated:
      'ATTENZIONE: questa stessa risposta è già arrivata il {date}. Non è nuova; qualcuno l’ha inviata un’altra volta.',
    otherSender: 'Il messaggio con cui è arrivata nomina come mittente {sender}.',
    noText: '(La risposta non ha testo.)',
    answer: 'RISPOSTA',
    subject: 'Risposta alla sua lettera sigillata',
  },
  en: {
    opened:
      'Answer to your sealed letter {reference} to {recipient}. The mail gateway has opened it; until then it was encrypted.',
    proves:
      'What this proves: whoever wrote it knew the password of that letter. What it does not prove: that it was {recipient}. Anybody else who knows the password can write such an answer. Files in it are no safer than any attachment.',
    attached: 'The message as it arrived is the last attachment.',
    repeated:
      'CAUTION: this very answer arrived before, on {date}. It is not new; somebody has sent it once more.',
    otherSender: 'The message that it came in names {sender} as its sender.',
    noText: '(The answer has no text.)',
    answer: 'ANSWER',
    subject: 'Answer to your sealed letter',
  },
}
