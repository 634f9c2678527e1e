import type { Language, SealOrder } from './letter.js'

/** Formats whose cover explains how the attached file is opened. */
export type CoverFormat = 'html' | 'pdf' | 'zip'
export type PasswordWay = NonNullable<SealOrder['passwordWay']>

/** Places: `{sender}`, `{company}`, `{file}`, `{reference}`, `{contact}`. */
export interface CoverText {
  readonly greeting: string
  /** Without and with the name of a company. */
  readonly what: readonly [alone: string, company: string]
  readonly howTitle: string
  readonly how: Readonly<Record<CoverFormat, readonly string[]>>
  readonly passwordTitle: string
  readonly password: Readonly<Record<PasswordWay, string>>
  readonly doubtTitle: string
  readonly doubt: string
  readonly contact: string
}

/**
 * The text of the mail around a letter. It names no link and no telephone number but the one that a
 * setting gives, so that it is not taken for a fraud.
 */
export const COVER_TEXTS: Readonly<Record<Language, CoverText>> = {
  de: {
    greeting: 'Guten Tag',
    what: [
      '{sender} hat Ihnen eine vertrauliche Nachricht geschickt. Sie liegt dieser E-Mail verschlüsselt als Datei bei: {file}',
      '{sender} ({company}) hat Ihnen eine vertrauliche Nachricht geschickt. Sie liegt dieser E-Mail verschlüsselt als Datei bei: {file}',
    ],
    howTitle: 'So öffnen Sie die Datei',
    how: {
      html: [
        'Computer: Speichern Sie den Anhang und öffnen Sie ihn mit einem Doppelklick im Browser. Das geht auch ohne Netz; es wird nichts übertragen.',
        'Gmail und Outlook im Web: Laden Sie den Anhang zuerst herunter. Die Vorschau zeigt ihn nicht.',
        'Android: Laden Sie den Anhang herunter und öffnen Sie ihn mit Chrome.',
        'iPhone und iPad: Die Vorschau kann die Datei nicht öffnen. Öffnen Sie die E-Mail an einem Computer, oder bitten Sie den Absender um die Nachricht als PDF.',
      ],
      pdf: [
        'Öffnen Sie den Anhang mit einem Programm für PDF und geben Sie die Zeichen genau so ein, wie Sie sie bekommen haben, mit den Bindestrichen.',
        'Beigelegte Dateien finden Sie in der Ansicht für Anhänge des Programms. Apps auf Telefonen zeigen sie nicht immer; dann hilft ein Computer.',
      ],
      zip: [
        'Speichern Sie den Anhang und öffnen Sie ihn mit 7-Zip, WinRAR, Keka oder einem anderen Programm, das ZIP mit AES versteht. Der Explorer von Windows kann es nicht.',
        'Geben Sie die Zeichen genau so ein, wie Sie sie bekommen haben, mit den Bindestrichen. Die Nachricht darin öffnen Sie mit Ihrem Mailprogramm.',
      ],
    },
    passwordTitle: 'Das Passwort',
    password: {
      sender:
        'Sie bekommen es vom Absender, nicht mit dieser E-Mail. Fragen Sie ihn danach, wenn es nicht kommt.',
      standing: 'Es gilt das, welches Sie für Nachrichten dieses Absenders schon haben.',
      agreed: 'Es gilt das, welches Sie mit dem Absender vereinbart haben.',
      office:
        'Sie bekommen es von der Stelle des Absenders auf einem anderen Weg als mit dieser E-Mail.',
      sms: 'Sie bekommen es als SMS auf Ihr Telefon.',
    },
    doubtTitle: 'Haben Sie Zweifel?',
    doubt:
      'Rufen Sie den Absender unter einer Nummer an, die Sie schon kennen. Er kann bestätigen, dass die Nachricht von ihm ist. Ihre Referenz: {reference}',
    contact: 'Auskunft: {contact}',
  },
  fr: {
    greeting: 'Bonjour',
    what: [
      '{sender} vous a envoyé un message confidentiel. Il est joint à cet e-mail sous forme de fichier chiffré : {file}',
      '{sender} ({company}) vous a envoyé un message confidentiel. Il est joint à cet e-mail sous forme de fichier chiffré : {file}',
    ],
    howTitle: 'Comment ouvrir le fichier',
    how: {
      html: [
        'Ordinateur : enregistrez la pièce jointe et ouvrez-la d’un double clic dans le navigateur. Cela fonctionne aussi sans réseau ; rien n’est transmis.',
        'Gmail et Outlook sur le web : téléchargez d’abord la pièce jointe. L’aperçu ne la montre pas.',
        'Android : téléchargez la pièce jointe et ouvrez-la avec Chrome.',
        'iPhone et iPad : l’aperçu ne peut pas ouvrir le fichier. Ouvrez l’e-mail sur un ordinateur, ou demandez le message en PDF à l’expéditeur.',
      ],
      pdf: [
        'Ouvrez la pièce jointe avec un programme pour PDF et saisissez les caractères exactement comme vous les avez reçus, avec les traits d’union.',
        'Les fichiers joints se trouvent dans le volet des pièces jointes du programme. Les applications des téléphones ne les montrent pas toujours ; utilisez alors un ordinateur.',
      ],
      zip: [
        'Enregistrez la pièce jointe et ouvrez-la avec 7-Zip, WinRAR, Keka ou un autre programme qui comprend ZIP avec AES. L’Explorateur de Windows ne le peut pas.',
        'Saisissez les caractères exactement comme vous les avez reçus, avec les traits d’union. Le message qui s’y trouve s’ouvre avec votre messagerie.',
      ],
    },
    passwordTitle: 'Le mot de passe',
    password: {
      sender:
        'Vous le recevez de l’expéditeur, pas avec cet e-mail. Demandez-le-lui s’il n’arrive pas.',
      standing: 'C’est celui que vous avez déjà pour les messages de cet expéditeur.',
      agreed: 'C’est celui que vous avez convenu avec l’expéditeur.',
      office: 'Vous le recevez du bureau de l’expéditeur, par une autre voie que cet e-mail.',
      sms: 'Vous le recevez par SMS sur votre téléphone.',
    },
    doubtTitle: 'Un doute ?',
    doubt:
      'Appelez l’expéditeur à un numéro que vous connaissez déjà. Il peut confirmer que le message vient de lui. Votre référence : {reference}',
    contact: 'Renseignements : {contact}',
  },
  it: {
    greeting: 'Buongiorno',
    what: [
      '{sender} Le ha inviato un messaggio riservato. È allegato a questa e-mail come file cifrato: {file}',
      '{sender} ({company}) Le ha inviato un messaggio riservato. È allegato a questa e-mail come file cifrato: {file}',
    ],
    howTitle: 'Come aprire il file',
    how: {
      html: [
        'Computer: salvi l’allegato e lo apra con un doppio clic nel browser. Funziona anche senza rete; nulla viene trasmesso.',
        'Gmail e Outlook sul web: prima scarichi l’allegato. L’anteprima non lo mostra.',
        'Android: scarichi l’allegato e lo apra con Chrome.',
        'iPhone e iPad: l’anteprima non può aprire il file. Apra l’e-mail su un computer, o chieda al mittente il messaggio in PDF.',
      ],
      pdf: [
        'Apra l’allegato con un programma per PDF e inserisca i caratteri esattamente come li ha ricevuti, con i trattini.',
        'I file allegati si trovano nel riquadro degli allegati del programma. Le app dei telefoni non sempre li mostrano; in tal caso usi un computer.',
      ],
      zip: [
        'Salvi l’allegato e lo apra con 7-Zip, WinRAR, Keka o un altro programma che comprende ZIP con AES. Esplora file di Windows non può farlo.',
        'Inserisca i caratteri esattamente come li ha ricevuti, con i trattini. Il messaggio all’interno si apre con il Suo programma di posta.',
      ],
    },
    passwordTitle: 'La password',
    password: {
      sender: 'La riceve dal mittente, non con questa e-mail. Se non arriva, la chieda a lui.',
      standing: 'Vale quella che ha già per i messaggi di questo mittente.',
      agreed: 'Vale quella che ha concordato con il mittente.',
      office: 'La riceve dall’ufficio del mittente, per una via diversa da questa e-mail.',
      sms: 'La riceve per SMS sul Suo telefono.',
    },
    doubtTitle: 'Ha dubbi?',
    doubt:
      'Chiami il mittente a un numero che conosce già. Può confermare che il messaggio viene da lui. Il Suo riferimento: {reference}',
    contact: 'Informazioni: {contact}',
  },
  en: {
    greeting: 'Good day',
    what: [
      '{sender} has sent you a confidential message. It is attached to this e-mail as an encrypted file: {file}',
      '{sender} ({company}) has sent you a confidential message. It is attached to this e-mail as an encrypted file: {file}',
    ],
    howTitle: 'How to open the file',
    how: {
      html: [
        'Computer: save the attachment and open it with a double click in your browser. That works without a network too; nothing is transmitted.',
        'Gmail and Outlook on the web: download the attachment first. The preview does not show it.',
        'Android: download the attachment and open it with Chrome.',
        'iPhone and iPad: the preview cannot open the file. Open the e-mail on a computer, or ask the sender for the message as a PDF.',
      ],
      pdf: [
        'Open the attachment with a PDF program and enter the characters exactly as you received them, with the hyphens.',
        'Files that come with the message are in the attachments pane of the program. Apps on phones do not always show them; then use a computer.',
      ],
      zip: [
        'Save the attachment and open it with 7-Zip, WinRAR, Keka or another program that understands ZIP with AES. The Explorer of Windows cannot.',
        'Enter the characters exactly as you received them, with the hyphens. Open the message inside with your mail program.',
      ],
    },
    passwordTitle: 'The password',
    password: {
      sender:
        'You get it from the sender, not with this e-mail. Ask the sender if it does not come.',
      standing: 'Use the one that you have already for messages of this sender.',
      agreed: 'Use the one that you agreed on with the sender.',
      office: 'You get it from the sender’s office, by another way than this e-mail.',
      sms: 'You get it as a text message on your phone.',
    },
    doubtTitle: 'In doubt?',
    doubt:
      'Call the sender under a number that you know already. He or she can confirm that the message is theirs. Your reference: {reference}',
    contact: 'Information: {contact}',
  },
}

/** First part of the name of the attached file. */
export const FILE_STEMS: Readonly<Record<Language, string>> = {
  de: 'brief',
  fr: 'lettre',
  it: 'lettera',
  en: 'letter',
}
