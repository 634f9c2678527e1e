import type { Language } from './notice-texts.js'

/** What a sender is told with a password, and what goes to a telephone, with `{recipient}`, `{sender}`, `{password}`. */
export interface PasswordWords {
  readonly subject: string
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly contact: string
  /** In front, when the password was to go to a telephone. */
  readonly noText: string
  /** For a telephone: one short text. */
  readonly sms: string
}

export const PASSWORD_TEXTS: Readonly<Record<Language, PasswordWords>> = {
  de: {
    subject: 'Kennwort für Ihre Nachricht an {recipient}',
    before: [
      'Ihre Nachricht an {recipient} ist versiegelt verschickt worden, weil ihr Inhalt geschützt werden muss und der Weg dorthin nicht sicher genug ist.',
      'Kennwort:',
    ],
    after: [
      'Sagen Sie das Kennwort der Empfängerin oder dem Empfänger am Telefon oder persönlich. Schreiben Sie es nicht an dieselbe Adresse, und leiten Sie diese Mitteilung nicht weiter.',
      'Die Empfängerin oder der Empfänger öffnet den Anhang und gibt das Kennwort ein; die Nummer unten steht auch im Brief.',
    ],
    contact: 'Fragen beantwortet',
    noText:
      'Das Kennwort sollte als Textmitteilung an {recipient} gehen, aber die Nummer wird nicht bedient. Bitte sagen Sie es selbst.',
    sms: 'Kennwort für die Nachricht von {sender}: {password}',
  },
  fr: {
    subject: 'Mot de passe pour votre message à {recipient}',
    before: [
      'Votre message à {recipient} est parti scellé, parce que son contenu doit être protégé et que le chemin n’est pas assez sûr.',
      'Mot de passe :',
    ],
    after: [
      'Communiquez le mot de passe au destinataire par téléphone ou de vive voix. Ne l’écrivez pas à la même adresse et ne transférez pas cet avis.',
      'Le destinataire ouvre la pièce jointe et saisit le mot de passe ; le numéro ci-dessous figure aussi dans la lettre.',
    ],
    contact: 'Pour toute question',
    noText:
      'Le mot de passe devait partir par SMS à {recipient}, mais le numéro n’est pas desservi. Veuillez le communiquer vous-même.',
    sms: 'Mot de passe pour le message de {sender} : {password}',
  },
  it: {
    subject: 'Password per il suo messaggio a {recipient}',
    before: [
      'Il suo messaggio a {recipient} è partito sigillato, perché il contenuto va protetto e il percorso non è abbastanza sicuro.',
      'Password:',
    ],
    after: [
      'Comunichi la password al destinatario per telefono o di persona. Non la scriva allo stesso indirizzo e non inoltri questo avviso.',
      'Il destinatario apre l’allegato e inserisce la password; il numero qui sotto si trova anche nella lettera.',
    ],
    contact: 'Per domande',
    noText:
      'La password doveva partire per SMS a {recipient}, ma il numero non è servito. La comunichi lei stesso.',
    sms: 'Password per il messaggio di {sender}: {password}',
  },
  en: {
    subject: 'Password for your message to {recipient}',
    before: [
      'Your message to {recipient} was sent sealed, because its content must be protected and the way there is not safe enough.',
      'Password:',
    ],
    after: [
      'Tell the recipient the password by telephone or in person. Do not write it to the same address, and do not forward this notice.',
      'The recipient opens the attachment and enters the password; the number below stands in the letter too.',
    ],
    contact: 'For questions',
    noText:
      'The password was to go to {recipient} as a text message, but the number is not served. Please tell it yourself.',
    sms: 'Password for the message from {sender}: {password}',
  },
}
