//! The words that tell one line from another, in the languages of our customers' correspondents. All of them are
//! as [`super::text::plain`] makes them: lower case, no accents, one blank between words.

pub(super) use super::text::{Pairs, Words};

/// What follows the person's name in a quoted header's first line.
pub(super) const HEADER_FIRST: Words =
    Words::new("from|von|de|da|van|fran|fra|od|lahettaja|felado|kimden|απο|от|de la|差出人|发件人");

/// The labels of its further lines.
pub(super) const HEADER_NEXT: Words = Words::new(
    "sent|date|to|subject|gesendet|datum|an|betreff|envoye|a|objet|enviado|fecha|para|asunto|inviato|data|\
     oggetto|assunto|verzonden|aan|onderwerp|skickat|till|amne|sendt|til|emne|dato|wyslano|do|temat|odeslano|\
     komu|predmet|lahetetty|vastaanottaja|aihe|kuldve|cimzett|targy|gonderildi|kime|konu|отправлено|кому|тема|cc|\
     reply-to",
);

/// The verbs of "On …, … wrote:".
pub(super) const WROTE: Words = Words::new(
    "wrote|schrieb|a ecrit|escribio|ha scritto|scrive|schreef|escreveu|napisal|napisala|napisal a|pisze|napsal|\
     napsala|napsal a|skrev|kirjoitti|irta|ezt irta|написал|написала|yazdi|sunlari yazdi|a scris|εγραψε|\
     va escriure|geschreven",
);

/// The words it begins with.
pub(super) const ON: Words = Words::new(
    "on|am|le|el|il|op|em|no dia|a|w dniu|dnia|dne|den|pa|ma|pe|στις|in data|il giorno|el dia|lun|mar|mer|jeu|\
     ven|sam|dim|pon|wt|sr|czw|pt|ne|po|ut|st|ct|so|mo|di|mi|do|fr",
);

/// Dividers without dashes.
pub(super) const DIVIDERS: Words = Words::new(
    "begin forwarded message|original message|ursprungliche nachricht|message d origine|mensaje original|\
     messaggio originale|oorspronkelijk bericht|mensagem original|anfang der weitergeleiteten nachricht|\
     wiadomosc oryginalna|puvodni zprava|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|\
     debut du message transfere|inicio del mensaje reenviado|inizio messaggio inoltrato",
);

/// How people close.
pub(super) const CLOSINGS: Words = Words::new(
    "regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with kind regards|\
     with best regards|many regards|best wishes|with best wishes|all the best|best|all best|cheers|thanks|\
     many thanks|thank you|thanks so much|thanks again|thanks and regards|thanks and best regards|\
     thanks kind regards|thanks regards|many thanks and kind regards|thank you and kind regards|with thanks|\
     with many thanks|sincerely|yours sincerely|sincerely yours|yours faithfully|yours truly|yours|respectfully|\
     cordially|warmly|warm wishes|in solidarity|with gratitude|gratefully|br|rgds|kr|take care|talk soon|\
     speak soon|best regards and thanks|good wishes|very best|very best wishes|in appreciation|\
     mit freundlichen grussen|mit freundlichem gruss|freundliche grusse|freundlicher gruss|viele grusse|\
     vielen dank und viele grusse|besten gruss|beste grusse|besten dank und freundliche grusse|liebe grusse|\
     herzliche grusse|herzlichst|herzlichen gruss|schone grusse|schonen gruss|mit besten grussen|\
     mit herzlichen grussen|mit freundlichen grussen aus|grusse|gruss|lg|vg|mfg|mit kollegialen grussen|\
     hochachtungsvoll|ihr|ihre|vielen dank|danke|sonnige grusse|freundlich grusst|mit bestem gruss|\
     mit vielen grussen|viele liebe grusse|beste grusse aus|viele grusse aus|freundliche grusse aus|cordialement|\
     bien cordialement|tres cordialement|sinceres salutations|salutations distinguees|meilleures salutations|\
     avec mes meilleures salutations|mes salutations distinguees|bien a vous|bien a toi|amicalement|merci|\
     merci d avance|bonne journee|bonne reception|cdt|cdlt|bien sincerement|sincerement|respectueusement|\
     salutations|salutations cordiales|a bientot|meilleures salutations de|cordiali saluti|distinti saluti|\
     cordialmente|un cordiale saluto|saluti|un saluto|grazie|grazie mille|grazie e cordiali saluti|a presto|\
     buona giornata|i migliori saluti|con i migliori saluti|tanti saluti|porgo cordiali saluti|\
     met vriendelijke groet|met vriendelijke groeten|met hartelijke groet|vriendelijke groet|\
     vriendelijke groeten|hartelijke groet|hartelijke groeten|groet|groeten|mvg|hoogachtend|bedankt|\
     alvast bedankt|met dank|beste groeten|mvrgr|z powazaniem|pozdrawiam|pozdrawiam serdecznie|\
     serdecznie pozdrawiam|z pozdrowieniami|z wyrazami szacunku|lacze pozdrowienia|dziekuje|\
     dziekuje i pozdrawiam|z serdecznymi pozdrowieniami|s pozdravem|s pozdravom|s uctou|zdravi|dekuji|\
     s pranim hezkeho dne|s pratelskym pozdravem|dakujem|hezky den|s pranim pekneho dne|srdecne zdravi|\
     med vanlig halsning|med vanliga halsningar|vanliga halsningar|vanligen|basta halsningar|halsningar|mvh|\
     med basta halsningar|tack|med venlig hilsen|venlig hilsen|de bedste hilsner|mange hilsner|bedste hilsner|\
     hilsen|kh|tak|med vennlig hilsen|vennlig hilsen|beste hilsen|med beste hilsen|takk|mvh og takk|\
     ystavallisin terveisin|terveisin|parhain terveisin|kiitos|hilsner|kaerlig hilsen|udvozlettel|tisztelettel|\
     cu stima|cu respect|saygilarimla|iyi calismalar|с уважением",
);

/// The same where people have two last names.
pub(super) const CLOSINGS_SPANISH: Words = Words::new(
    "saludos|un saludo|saludos cordiales|un cordial saludo|cordiales saludos|reciba un cordial saludo|\
     reciban un cordial saludo|atentamente|muy atentamente|atte|gracias|muchas gracias|un abrazo|\
     gracias y un saludo|cordialmente les saluda|quedo a su disposicion|gracias y saludos|saludos y gracias|\
     le saluda atentamente|un fuerte abrazo|cordial saludo|salutacions|cordials salutacions|atentos saludos",
);

/// What may follow a closing that names nobody.
pub(super) const CLOSING_TAILS: Words = Words::new(
    "in advance|from|aus|und|and|de|von|the|for now|d avance|por adelantado|a all|all|everyone|everybody|again|\
     og|och|et|e|y|en|im voraus|nochmals",
);

/// What a disclaimer, an advertisement or a phone's own signature begins with.
pub(super) const DISCLAIMERS: Words = Words::new(
    "this e mail|this email|this message|this communication|this transmission|the information contained|\
     the information in this|the contents of this|the content of this|confidential|confidentiality|privileged|\
     disclaimer|important notice|notice|please consider|please think|think before you print|save paper|\
     before printing|if you are not the|if you have received|sent from|get outlook|gesendet von|\
     von meinem iphone|von meinem ipad|diese e mail|diese nachricht|der inhalt dieser|vertraulichkeitshinweis|\
     hinweis|rechtlicher hinweis|datenschutz|bitte denken sie|bitte prufen sie|wichtiger hinweis|\
     unsere datenschutz|informationen zum datenschutz|ce message|ce courriel|cet e mail|le contenu de ce|\
     les informations contenues|avis de confidentialite|envoye de mon|envoye depuis|envoye a partir|\
     pensez a l environnement|avant d imprimer|este mensaje|este correo|este e mail|la informacion contenida|\
     aviso legal|aviso de confidencialidad|enviado desde|antes de imprimir|de conformidad con|en cumplimiento|\
     clausula|questo messaggio|questa e mail|questa email|il contenuto di|le informazioni contenute|ai sensi del|\
     avviso di riservatezza|inviato da|prima di stampare|dit bericht|deze e mail|dit e mailbericht|\
     de informatie in|verzonden vanaf|verstuurd vanaf|esta mensagem|esta comunicacao|enviado do|\
     aviso de confidencialidade|niniejsza wiadomosc|ta wiadomosc|tresc tej|wyslane z|tresc niniejszej|\
     informacja o|administratorem|tato zprava|tento e mail|odeslano z|obsah teto|detta meddelande|detta mail|\
     skickat fran|denne e mail|denne mail|sendt fra|denne e posten|dette er|ps|p s|n b|virus free|unsubscribe|\
     you received this|to unsubscribe|you are receiving|follow us|connect with us|folgen sie uns|suivez nous|\
     siguenos|seguici|volg ons|our privacy|privacy policy|external email|caution|any views|views expressed|\
     registered charity number|please note|download vcard|no virus|scanned by|join us|save the date|\
     new opening hours|we acknowledge|winner of|register now|besuchen sie uns|jetzt anmelden|les informations|\
     in accordance|data protection|i work flexibly|my working|my office hours|please do not print|\
     nicht ausdrucken|mailing list|yahoo mail|von samsung|wir verarbeiten|proteccion de datos|informativa|\
     klauzula|potrebujete|mysleme na|tank pa miljon|taenk pa",
);

/// What gives one away anywhere in a line.
pub(super) const DISCLAIMING: Words = Words::new(
    "intended recipient|intended only for|intended solely|bestimmungsgemasse empfanger|\
     vertrauliche informationen|destinataire prevu|destinatario previsto|geadresseerde|legally privileged|\
     confidential information|strictly confidential|informations confidentielles|informacion confidencial|\
     informazioni riservate|is confidential|ist vertraulich|notify the sender|delete this|personenbezogene daten",
);

/// Where a company's small print begins.
pub(super) const LEGAL: Words = Words::new(
    "hrb|hra|amtsgericht|registergericht|registered office|registered in|registered company|company number|\
     company no|company registration|company reg|registration number|registered number|reg no|reg nr|ust id|\
     ust idnr|ustid|ustidnr|umsatzsteuer|steuernummer|steuer nr|vat|vat no|vat reg|tva|n tva|siren|siret|rcs|\
     code ape|au capital|capital social|cif|nif|nipc|p iva|partita iva|cod fisc|codice fiscale|c f|rea|cap soc|\
     kvk|kvk nummer|btw|btw nr|nip|regon|krs|ico|dic|org nr|orgnr|org no|organisationsnummer|cvr|cvr nr|iban|bic|\
     konto|bankverbindung|blz|ein|tax id|abn|acn|charity no|charity number|registered charity|\
     sitz der gesellschaft|sitz des vereins|handelsregister|firmenbuch|fn|uid|uid nummer|uid nr|che|\
     vereinsregister|vr|zvr|zvr zahl|vorsitzender des aufsichtsrats|vorsitzende des aufsichtsrats|\
     ein unternehmen der|glaubiger id|inscrita en|sad rejonowy|kapital zakladowy|spisova znacka|zapsana|zapsano|\
     bankgiro|plusgiro|y tunnus|bank details|sort code|account number|rsin|opening hours|office hours|\
     offnungszeiten|burozeiten|sprechzeiten|horaires|horario|orari|openingstijden|working hours|working days|\
     hours|dienstag bis|mo fr|mon fri|montag bis|lun ven",
);

/// The same where a colon follows: these are titles too.
pub(super) const LEGAL_LABELS: Words = Words::new(
    "geschaftsfuhrer|geschaftsfuhrerin|geschaftsfuhrung|vorstand|vorstandsvorsitzender|aufsichtsrat|sitz|vorsitz|\
     prasident|directors|managing directors|vertreten durch|vertretungsberechtigt|gf|gerant|siege|siege social|\
     sede|sede legale|domicilio social|register|zarzad|pronouns|pronomen",
);

/// Where people have profiles.
pub(super) const SOCIAL: Words = Words::new(
    "linkedin|twitter|facebook|instagram|xing|youtube|skype|tiktok|mastodon|bluesky|github|teams|x|calendly|\
     threads|pinterest|vimeo|fb|ig|insta|bsky app",
);

/// Words that name a phone, and for what.
pub(super) const PHONE_WORK: Words = Words::new(
    "t|tel|tele|telephone|phone|ph|p|office|work|direct|direct line|direct dial|dd|d|main|switchboard|reception|\
     general|call|fon|telefon|durchwahl|dw|zentrale|buro|fest|festnetz|ligne directe|directe|standard|telephonie|\
     bureau|fixe|tlf|telf|telefono|tfno|fijo|centralita|directo|oficina|centralino|ufficio|diretto|fisso|tl|\
     doorkies|doorkiesnummer|algemeen|kantoor|telefoon|telefone|escritorio|geral|biuro|stacjonarny|kancelar|\
     vaxel|direkt|direktnummer|sentralbord|kontor|omstilling|puhelin|puh|o|w|landline|toll free|voice|hotline|\
     sekretariat|secretariat|tel direct|fone|telephone direct|b|business|helpline|telefonnummer",
);

/// The same for a mobile.
pub(super) const PHONE_MOBILE: Words = Words::new(
    "m|mob|mobile|mobil|cell|cellphone|cell phone|c|handy|natel|portable|port|gsm|mobilnr|movil|mov|cel|celular|\
     cellulare|mobiel|06|telemovel|tlm|kom|komorka|komorkowy|tel kom|mobilni|mobiltelefon|whatsapp|mobilnummer|\
     matkapuhelin|text|mob tel|mobile phone|mobitel|mobiltlf",
);

/// The same for a fax.
pub(super) const PHONE_FAX: Words = Words::new("f|fx|fax|telefax|telecopie|facsimile|faks|telecopieur|fax number");

/// The same at home.
pub(super) const PHONE_HOME: Words = Words::new("h|home|privat|private|domicile|casa|thuis|hem|prive");

/// Words before an extension.
pub(super) const EXTENSIONS: Words =
    Words::new("ext|extn|extension|x|dw|durchwahl|poste|wew|int|interno|linka|klapka|anexo");

/// Labels of what is no phone.
pub(super) const LABELS: Words = Words::new(
    "e|email|e mail|mail|mailto|web|website|www|w|url|internet|site|site web|site internet|courriel|mel|correo|\
     correo electronico|homepage|sito|sito web|strona|online|address|adresse|adresse mail|direccion|indirizzo|\
     adres|a|anschrift|visit|visit us|visit us at|e post|epost|i|s|hjemmeside|hemsida|webb|besuchsadresse|\
     postanschrift|postadresse|besoksadress|besoksadresse|mail to|postal address|visiting address|bezoekadres|\
     postadres|hausanschrift|office address|mailing address",
);

/// Before a name.
pub(super) const PREFIXES: Words = Words::new(
    "dr|prof|mr|mrs|ms|miss|mx|sir|dame|rev|hon|herr|frau|dipl|ing|mag|mgr|bc|dott|dottssa|ssa|avv|arch|sig|me|\
     mme|m|mlle|drs|ir|judr|mudr|rndr|phdr|doc|ra|rain|inz|hab|lic|d|dna|sr|sra|eng|dra|med|h|c|kfm|kffr|inf|\
     psych|fh|jur|phil|rer|nat|pol|oec|professor|doctor|univ|lord|lady|don|dona|ddr|nn|pr|betriebsw|maitre|wirt|\
     soz|pad|dkfm|dipl.-ing|priv|pd",
);

/// After a name.
pub(super) const SUFFIXES: Words = Words::new(
    "jr|sr|ii|iii|iv|phd|md|mba|cae|cpa|cfa|pmp|esq|ba|bsc|msc|ma|mphil|llm|llb|mpa|mph|jd|frcs|obe|mbe|cbe|kc|\
     qc|pe|rn|ph|csc|fcca|aca|fca|cima|ing|dphil|eng|dba|edd|mrics|frics|ceng|frs|facs|pgce|mcipd|fcipd|cmp|iom|\
     fasae|acca|she|her|hers|he|him|his|they|them|theirs|sie|er|elle|il|mpp|msw|pharmd|dvm|bs|ms|rgn|frsa|mim|\
     prince2|shrm|scp|sphr|m sc|b sc|m a|b a|ll m|mag|mem|cia|dipl",
);

/// Small words inside last names.
pub(super) const PARTICLES: Words = Words::new(
    "van|von|de|der|den|del|della|di|da|do|dos|das|du|des|la|le|ter|ten|zu|zum|zur|vom|af|av|al|el|bin|ben|ibn|\
     mac|st|san|santa|dal|degli|op|aan|het|in|t|vander|und|y|e|i",
);

/// Addresses that are nobody's name.
pub(super) const ROLES: Words = Words::new(
    "info|office|contact|mail|admin|support|sales|team|service|noreply|no|reply|hello|kontakt|post|events|\
     membership|members|billing|accounts|secretariat|sekretariat|news|newsletter|hr|jobs|press|presse|marketing|\
     enquiries|reception|empfang|buchhaltung|verwaltung|informacion|it|help|helpdesk|webmaster|postmaster|\
     conference|registration|welcome|biuro|contacto|segreteria|accueil|direction|board|desk|do|not|donotreply|\
     notifications|notification|updates|finance|invoices|kancelar|redaktion|verband|verein|group|committee|\
     department|dept|program",
);

/// Words of groups that sign together, and of no person's name.
pub(super) const NOBODY: Words = Words::new(
    "team|info|support|redaktion|sekretariat|ihr|ihre|your|the|our|votre|notre|dein|euer|staff|im|auftrag|\
     vertretung|on|behalf|www|gmbh|all|everyone|with|for|this|not",
);

/// Words that only titles have, by how they begin.
pub(super) const TITLE_STEMS: Words = Words::new(
    "manager|director|direktor|directeur|directrice|direttore|direttrice|diretor|dyrektor|reditel|leiter|leitung|\
     abteilungsleit|bereichsleit|projektleit|teamleit|referent|sachbearbeit|geschaftsfuhr|geschaftsleit|vorstand|\
     vorsitzend|prasident|president|presiden|prezes|predsed|chair|officer|ceo|cto|cfo|coo|cmo|cio|consult|\
     berater|beratung|adviser|advisor|adviseur|engineer|ingenieur|ingeniero|ingeniera|ingegnere|assist|sekretar|\
     secretary|secretaire|secretari|segretari|coordinat|koordinat|coordinad|coordenad|responsab|charge|chef|head|\
     lead|kierownik|specjalist|specialist|spezialist|specialiste|especialista|analyst|professor|profesor|\
     lecturer|dozent|fellow|researcher|research|wissenschaftlich|mitarbeit|gerente|jefe|jefa|encargad|tecnic|\
     vedouci|medewerk|hoofd|bestuur|beleids|ansvarig|radgiv|leder|ledare|handlaggare|konsulent|verksamhets|\
     developer|entwickler|architect|architekt|designer|editor|journalist|redakteur|redacteur|accountant|buchhalt|\
     comptable|contable|lawyer|attorney|solicitor|counsel|rechtsanw|avocat|abogad|avvocat|notar|partner|\
     associate|executive|administrat|supervisor|owner|founder|inhaber|gerant|fondat|fundador|titolare|eigenaar|\
     treasurer|schatzmeister|tresorier|tesorer|trustee|representative|agent|expert|trainer|coach|teacher|lehrer|\
     principal|dean|rector|rektor|recteur|registrar|librarian|curator|kurator|nurse|physician|arzt|medecin|\
     konsult|projekt|generalsekretar|sekreta|intern|praktikant|trainee|volunteer|planner|buyer|einkauf|vertrieb|\
     verkauf|kommunikation|asystent|konsultant|doradca|obchodni|glowny|ksiegow|vd|ordforande|formand|styreleder|\
     daglig|overlege|byrachef|adjoint|delegue|attache|gestionnaire|vicepresident|viceprezes|amministrat|\
     funzionari|impiegat|addett|ricerc|docent|docente|catedr|investigador|investigadora|pracownik|sprzedaz|\
     programm|clerk|scientist|technician|photographer|fotograf|freelance|steuerberater|musician|author|writer|\
     dyrekt|justiziar|pressesprech|sprecher|jednatel|asistent|ucetni|boekhoud|directie|voorzitter|penningmeester|\
     sekreterare|samordnare|economist|okonom|strateg|commercial|receptionist|vp|svp|evp|pa|hauptgeschaftsfuhr|\
     stv|stellvertret|beauftragt|konzern|lektor|geschaftsstellenleit|vermittler|producer|actuary|surveyor|bursar",
);

/// How they end in languages that write words together.
pub(super) const TITLE_ENDS: Words = Words::new(
    "leiter|leiterin|manager|managerin|direktor|direktorin|konsulent|radgiver|radgivare|chef|chefin|referent|\
     referentin|berater|beraterin|sekretar|sekretarin|assistent|assistentin|ingenieur|ingenieurin|medewerker|\
     adviseur|leder|ledare|beauftragte|beauftragter|ansvarlig|ansvarig|inhaber|inhaberin|meister|meisterin|\
     anwalt|anwaltin|lehrer|lehrerin|redakteur|redakteurin|sekreterare|beheerder|ingenjor|prasident|prasidentin|\
     johtaja|asiantuntija|paallikko",
);

/// English titles as they end a line.
pub(super) const TITLES_LAST: Words = Words::new(
    "manager|director|officer|coordinator|assistant|president|secretary|lead|head|adviser|advisor|consultant|\
     specialist|executive|administrator|engineer|analyst|treasurer|chair|lecturer|fellow|editor|representative|\
     professor|registrar|librarian",
);

/// How organisations' names end in languages that write words together.
pub(super) const ORGANISATION_ENDS: Words = Words::new(
    "verband|verein|kammer|gesellschaft|stiftung|institut|klinikum|werke|kasse|versicherung|vereniging|\
     hochschule|forening|foreningen|forbund|forbundet|selskab|selskap|teollisuus|liitto|stichting|verwaltung|\
     ministerium|universitat|akademie|zentrum|genossenschaft|gewerkschaft|museum",
);

/// Words at the end of a company's name, or in it.
pub(super) const COMPANY: Words = Words::new(
    "gmbh|mbh|ggmbh|ag|kg|ohg|ug|gbr|e v|ev|eg|se|ltd|limited|llc|llp|plc|inc|corp|corporation|incorporated|sa|\
     s a|sas|sarl|s a r l|eurl|sl|s l|slu|s l u|srl|s r l|spa|s p a|snc|bv|b v|nv|n v|vof|sp z o o|sp j|s r o|\
     sro|a s|as|ab|aps|asa|oy|oyj|lda|ltda|cic|pty|pbc|lp|co|kft|zrt|e k|partgmbb|sagl|asbl|vzw|asd|onlus|ets|\
     z s|o p s|co kg|partg|a m b a",
);

/// Words that only organisations have, by how they begin.
pub(super) const ORGANISATION_STEMS: Words = Words::new(
    "university|universit|universid|universitat|uniwersytet|univerzita|universitet|institut|instytut|istituto|\
     college|school|hochschule|fachhochschule|akademi|academy|academi|association|asociacion|associacao|\
     associacio|associazione|verband|bundesverband|verein|vereniging|stowarzysz|fundacj|foundation|fondation|\
     fundacion|fondazione|stiftung|stichting|stiftelse|nadace|society|societe|gesellschaft|federation|foderation|\
     federacion|federazione|council|ministry|ministerium|ministere|ministerio|ministero|ministerie|ministerstvo|\
     ministerstwo|agency|agentur|agence|agencia|agenzia|hospital|klinik|klinikum|clinic|krankenhaus|hopital|\
     ospedale|szpital|nemocnice|sjukhus|kammer|handwerkskammer|chamber|chambre|camara|camera|union|gewerkschaft|\
     syndicat|sindicato|werke|stadtwerke|stadt|gemeente|kommune|kommun|commune|mairie|ayuntamiento|comune|bank|\
     banque|banco|sparkasse|versicherung|insurance|consulting|partners|solutions|systems|services|group|gruppe|\
     groupe|grupo|gruppo|company|studio|verlag|press|publishing|museum|bibliothek|library|church|centre|center|\
     zentrum|centrum|trust|network|netzwerk|forbund|forening|forbundet|organisation|organization|kanzlei|labs|\
     laboratories|technologies|industries|holding|international|club|league|alliance|consortium|komora|izba|\
     urzad|colegio|collegio|ordine|ordre|orden|innung|genossenschaft|architekten|rechtsanwalte|steuerberatung|\
     advokat|notariat|praxis|werkstatt|cooperative|collective|authority|board|bureau|buro|ingenieurburo|\
     agentschap|hogeschool|universiteit|instituut|beroepsvereniging|komitee|zwiazek|spolecnost|svaz|sdruzeni|\
     asociace|spolka|theatre|theater|hotel|farm|charity",
);

/// Parts of an organisation, which are neither it nor a title.
pub(super) const DEPARTMENTS: Words = Words::new(
    "department|dept|abteilung|abt|referat|division|team|bereich|fachbereich|fakultat|faculty|service|direction|\
     departamento|dipartimento|afdeling|dzial|oddeleni|avdelning|avdeling|faculte|facultad|lehrstuhl|office of|\
     unit|pole|area|zakad|wydzial|katedra|sektion|geschaftsstelle|fachgebiet|chair of|school of|department of|\
     dezernat|odbor|ufficio|stabsstelle|hauptabteilung|facolta",
);

/// Words that join.
pub(super) const JOINING: Words = Words::new(
    "of|the|and|for|der|die|das|und|fur|des|de|du|la|le|les|et|pour|del|y|e|i|di|van|en|voor|von|do|da|dos|w|z|\
     pro|och|og|a|in|im|d|l",
);

/// Hosts where everybody has a mailbox.
pub(super) const EVERYBODYS: Words = Words::new(
    "gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|web|t-online|freenet|posteo|\
     mailbox|proton|protonmail|orange|wanadoo|free|laposte|sfr|libero|tiscali|virgilio|alice|wp|o2|onet|interia|\
     seznam|centrum|email|post|ziggo|kpnmail|xs4all|planet|bluewin|comcast|btinternet|sky|telefonica|terra|sapo|\
     example|fastmail|zoho|hey|pm|arcor|vodafone|telia|online|mail|gmx.de|verizon|att|sbcglobal|cox|tutanota",
);

/// Words of streets, by how a word begins or ends.
pub(super) const STREET_WORDS: Words = Words::new(
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|bd|way|court|square|sq|place|pl|suite|ste|\
     floor|fl|building|bldg|house|park|parkway|pkwy|highway|hwy|terrace|close|crescent|row|gate|hill|mews|quay|\
     wharf|broadway|rue|quai|chemin|route|impasse|allee|cours|calle|c|avda|avenida|plaza|paseo|pso|carrer|ronda|\
     camino|via|viale|piazza|corso|largo|vicolo|ul|ulica|al|aleja|plac|os|rua|praca|travessa|platz|weg|ufer|damm|\
     ring|am|gasse|strasse|str|markt|po box|p o box|postfach|bp|cs|postbus|apartado|skr|box|unit|room|zi|raum|\
     haus|gebaude|hof|bat|batiment|etage|piso|namesti|trida|postboks|boite postale|level|tower|one|apt|mail stop|\
     hall|zone|za|campus|centre|zac",
);

/// How streets' names end where they are written in one.
pub(super) const STREET_ENDS: Words = Words::new(
    "strasse|str|weg|platz|gasse|allee|ring|damm|ufer|markt|hof|berg|graben|straat|laan|plein|kade|gracht|dijk|\
     singel|steeg|dreef|gatan|gata|vagen|vag|torget|torg|gade|vej|gate|gaten|veien|vei|plads|plass|alle|tie|katu|\
     stig|stieg|chaussee|steig|pfad|brucke|tor|weide|kai|park",
);

/// Countries, as signatures write them, and by the name they are given to iMIS with.
pub(super) const COUNTRIES: Pairs = Pairs::new(
    "germany=Germany|deutschland=Germany|allemagne=Germany|austria=Austria|osterreich=Austria|\
     switzerland=Switzerland|schweiz=Switzerland|suisse=Switzerland|svizzera=Switzerland|france=France|\
     frankreich=France|spain=Spain|espana=Spain|italy=Italy|italia=Italy|netherlands=Netherlands|\
     the netherlands=Netherlands|nederland=Netherlands|belgium=Belgium|belgique=Belgium|belgie=Belgium|\
     united kingdom=United Kingdom|uk=United Kingdom|great britain=United Kingdom|england=United Kingdom|\
     scotland=United Kingdom|wales=United Kingdom|ireland=Ireland|united states=United States|usa=United States|\
     u s a=United States|us=United States|united states of america=United States|canada=Canada|poland=Poland|\
     polska=Poland|portugal=Portugal|czech republic=Czech Republic|czechia=Czech Republic|\
     ceska republika=Czech Republic|cesko=Czech Republic|slovakia=Slovakia|slovensko=Slovakia|sweden=Sweden|\
     sverige=Sweden|denmark=Denmark|danmark=Denmark|norway=Norway|norge=Norway|finland=Finland|suomi=Finland|\
     australia=Australia|new zealand=New Zealand|luxembourg=Luxembourg|luxemburg=Luxembourg|\
     liechtenstein=Liechtenstein|brasil=Brazil|brazil=Brazil|mexico=Mexico|argentina=Argentina|hungary=Hungary|\
     magyarorszag=Hungary|south africa=South Africa|colombia=Colombia|chile=Chile",
);

/// States and provinces that stand in capitals before a postal code.
pub(super) const STATES: Words = Words::new(
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|\
     OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|NSW|VIC|QLD|TAS|ACT",
);

/// The same spelled out.
pub(super) const STATE_NAMES: Pairs = Pairs::new(
    "alabama=AL|alaska=AK|arizona=AZ|arkansas=AR|california=CA|colorado=CO|connecticut=CT|delaware=DE|florida=FL|\
     georgia=GA|hawaii=HI|idaho=ID|illinois=IL|indiana=IN|iowa=IA|kansas=KS|kentucky=KY|louisiana=LA|maine=ME|\
     maryland=MD|massachusetts=MA|michigan=MI|minnesota=MN|mississippi=MS|missouri=MO|montana=MT|nebraska=NE|\
     nevada=NV|new hampshire=NH|new jersey=NJ|new mexico=NM|new york=NY|north carolina=NC|north dakota=ND|\
     ohio=OH|oklahoma=OK|oregon=OR|pennsylvania=PA|rhode island=RI|south carolina=SC|south dakota=SD|\
     tennessee=TN|texas=TX|utah=UT|vermont=VT|west virginia=WV|virginia=VA|washington=WA|wisconsin=WI|wyoming=WY|\
     ontario=ON|quebec=QC|british columbia=BC|alberta=AB|manitoba=MB|saskatchewan=SK|nova scotia=NS|\
     new brunswick=NB|newfoundland=NL",
);

/// Streets as they are called where the house's number comes first, and may look like a postal code.
pub(super) const ENGLISH_STREETS: Words = Words::new(
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|parkway|pkwy|highway|hwy|suite|\
     floor|plaza|terrace|circle|pike|broadway",
);
