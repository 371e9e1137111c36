//! The deviations from the grammar that real IMAP software sends, by name.

use mailwire_core::deviations;

deviations! {
    /// A deviation from the grammar of IMAP.
    ///
    /// `default` deviations are unambiguous. `lenient` ones need a guess about what was meant.
    /// `never` ones are in no preset, because they can change where a message ends or who said it.
    pub enum Deviation {
        /// LF without CR at the end of a line, outside literals: assorted servers.
        BareLfLine = lenient "* OK\\n",
        /// A value of a response that breaks the grammar; it is kept as an invalid item.
        InvalidItem = default "* 1 FETCH (INTERNALDATE x UID 1)",
        /// NUL in a literal that is no literal8: messages of real mailboxes hold some.
        NulInLiteral = default "{1}\\r\\n\\0",
        /// A status response or a continuation that ends behind its keyword or its code: iCloud, Oracle,
        /// Gmail, Yandex.
        MissingText = default "A1 OK\\r\\n",
        /// A quota root without its list of resources: Courier. It has none.
        MissingResources = default "* QUOTA ROOT\\r\\n",
        /// A code without `OK` before it, or without the star too: home.pl, Office 365, Exchange.
        MissingStatus = lenient "* [COPYUID 1 2 3] done",
        /// A code without its closing bracket. It is read as text.
        BracketInText = default "* OK [ALERT",
        /// A space before a closing parenthesis or at the end of a line: QQ, Exchange, SurgeMail.
        TrailingSpace = default "(FLAGS (\\\\Seen) )",
        /// More than one space where one belongs: DavMail, Outlook.com.
        ExtraSpaces = default "(FLAGS ()  UID 1)",
        /// A backslash before an octet that needs none, in a quoted string.
        NeedlessEscape = default "\"a\\\\b\"",
        /// Octets over 127 in a quoted string outside UTF-8 mode: Dovecot, Cyrus, telenor.
        EightBitQuoted = default "\"\\xfc\"",
        /// `"` inside a quoted string without its backslash: qiye.163.com.
        UnescapedQuote = lenient "\"a\"b\"",
        /// A negative number where none can be: mail.ru.
        NegativeNumber = lenient "-1",
        /// A number in scientific notation: mail.ru.
        FloatNumber = lenient "9.3736e+06",
        /// 0 where the grammar wants a number of at least 1: Courier, xwtec.
        ZeroNumber = default "0",
        /// A day of the month without its leading space or zero: QQ.
        ShortDay = default "4-Jan-2015 00:00:00 +0000",
        /// An unquoted atom where a string belongs: Proton's ID.
        AtomForString = default "(name ProtonMail)",
        /// Octets over 127 in a mailbox name that is no string: QQ, Proton.
        EightBitMailbox = default "Entw\\xc3\\xbcrfe",
        /// `\\*` in FLAGS: Zoho, GreenMail.
        WildcardFlag = default "(\\\\Seen \\\\*)",
        /// `]` or `[` inside a keyword: Gmail.
        BracketInKeyword = default "(OIB-Seen-[Gmail])",
        /// A space between addresses or body parts, where none belongs: Exchange, maddy, Stalwart.
        SpaceBetweenItems = default "((NIL NIL NIL NIL) (NIL NIL NIL NIL))",
        /// `()` where NIL belongs: an empty list of addresses or parameters.
        EmptyList = default "()",
        /// An envelope in one pair of parentheses too many: Lotus Domino.
        WrappedEnvelope = default "((NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
        /// An envelope that ends before its In-Reply-To or its Message-Id: QQ. What is there is taken
        /// in order.
        ShortEnvelope = lenient "(NIL NIL NIL NIL NIL NIL NIL NIL)",
        /// An address of more than four fields: its name came in pieces. They are joined by spaces.
        LongAddress = lenient "(\"A\" \"B\" NIL \"a\" \"b.c\")",
        /// A part without its subtype, or with its subtype alone. TEXT is PLAIN; what is no type is a subtype
        /// of application.
        MissingSubtype = default "(\"TEXT\" NIL NIL NIL \"7BIT\" 9 1)",
        /// `()` or NIL for the structure of a message in a message. It is read as
        /// application/octet-stream.
        MissingBody = default "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) () 0",
        /// A multipart without parts: Gmail, Dovecot, Yandex, QQ, pymap.
        ChildlessMultipart = default "(NIL \"alternative\")",
        /// NIL for the media type of a part: Office 365. It is read as application/octet-stream.
        NilMediaType = default "(NIL NIL NIL NIL NIL \"7BIT\" 0)",
        /// NIL for the value of a parameter of a part: mail.ru. It is read as the empty string.
        NilParameter = default "(\"boundary\" NIL)",
        /// NIL for the encoding of a part.
        NilEncoding = default "(\"TEXT\" \"PLAIN\" NIL NIL NIL NIL 5 1)",
        /// A part of type message/rfc822 or message/global without its envelope: Gmail, Dovecot.
        BareMessagePart = default "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9)",
        /// A part of type text without its count of lines.
        MissingLines = default "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9)",
        /// A disposition that is a string, or a list without parameters or type: Exchange.
        OddDisposition = default "\"inline\"",
        /// Extension data of a part in another place or shape. It is kept raw.
        OddExtension = default "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 9 (\"c\" \"d\"))",
        /// NIL in a list of flags, labels, languages or addresses: SmarterMail, Gmail.
        NilInList = default "(\\\\Seen NIL)",
        /// Ranges with a comma too many.
        EmptySetElement = lenient "1,,2",
        /// 0 as the lower end of a range; it is read as 1.
        ZeroInSet = lenient "0:5",
        /// A list of the items of a message without its closing parenthesis.
        UnclosedList = default "* 1 FETCH (UID 1\\r\\n",
        /// Items of a message behind the closing parenthesis of their list: Xeams.
        ItemsBehindList = lenient "* 1 FETCH (BODY[] \"\") FLAGS (\\\\Seen))",
        /// No space between a number and the name of the next item: Zimbra before 5.08.
        MissingSpace = default "(UID 123MODSEQ (9))",
        /// A length behind the origin of a section, in an answer: it is dropped.
        OriginLength = default "BODY[]<0.1000> \"\"",
        /// A preview in parentheses, with the name of its algorithm: Dovecot before 2.4.
        FuzzyPreview = default "PREVIEW (FUZZY \"Hi\")",
        /// CR or LF inside a quoted string that is a section of a message. It ends at a quote before a
        /// closing parenthesis or the name of an item.
        LineInQuoted = lenient "BODY[TEXT] \"a\\nb\")",
        /// A literal8 where only a literal belongs.
        StrayLiteral8 = default "BODY[] ~{2}\\r\\nHi",
        /// An empty line between responses.
        BlankLine = default "\\r\\n* OK",
        /// NUL before a response.
        LeadingNul = default "\\0* OK",
        /// Spaces before a response, sent to keep the connection alive: DavMail.
        LeadingSpaces = default " * 5 EXISTS",
        /// A `+` in answer to a literal that does not wait for one.
        ExtraContinuation = default "+ go ahead",
        /// A `+` where nothing waits for one: Outlook, late for IDLE.
        StrayContinuation = lenient "+ idling",
        /// A tagged response to nothing that is in flight: proxies.
        StaleTag = lenient "A1 OK done",
        /// OK to ENABLE without ENABLED before it: iCloud. What was asked for counts as enabled.
        MissingEnabled = lenient "A1 OK ENABLE completed",
        /// EXPUNGE during FETCH, STORE or SEARCH, or while nothing is in progress: Gmail.
        UntimelyExpunge = default "* 5 EXPUNGE",
        /// A mailbox name with blanks or controls in it that is no string: Exchange, Office 365. It ends
        /// where the line or the list behind it makes it end.
        UnquotedMailbox = default "* STATUS Sent Items (MESSAGES 0)",
        /// COPYUID without UIDs: Outlook.com.
        EmptyUidSet = default "[COPYUID 38505  ]",
        /// The options of GETMETADATA behind the mailbox: the examples of RFC 5464, and clients that
        /// follow them.
        OptionsBehindMailbox = default "GETMETADATA INBOX (DEPTH 1) /private/comment",
        /// Several entries of GETMETADATA without parentheses: the examples of RFC 5464.
        BareEntries = default "GETMETADATA INBOX /private/comment /shared/comment",
        /// A charset of the code BADCHARSET without its parentheses.
        BareCharset = default "[BADCHARSET utf-8]",
        /// A modification sequence of a search that found nothing; it is dropped.
        ModSeqOfNothing = default "* SEARCH (MODSEQ 5)",
        /// A list that stands alone in a list of THREAD, where it needs no parentheses. It is written as it
        /// came.
        LoneThread = default "* THREAD (1 (2))",
        /// Ranges of UIDBATCHES with the lower UID first, or the lower range.
        AscendingBatches = default "* UIDBATCHES (TAG \"A1\") 1:500,501:900",
        /// Several answers of URLFETCH in one pair of parentheses: Dovecot.
        JoinedUrlParts = default "* URLFETCH u (BINARY NIL BODY NIL)",
    }
}
