//! The deviations from the grammar that real POP3 software sends, by name.

use mailwire_core::deviations;

deviations! {
    /// A deviation from the grammar of POP3.
    ///
    /// `default` deviations are unambiguous. `lenient` ones need a guess about what was meant.
    /// None of them changes where a message ends: only CRLF `.` CRLF does that.
    pub enum Deviation {
        // Lines, both directions.
        /// A line ends in LF without CR: scripts, telnet, broken servers on Unix.
        BareLfLine = lenient "+OK\\n",
        /// Blanks at the end of a line: hand-written clients, Outlook.
        TrailingSpaces = default "LIST \\r\\n",
        /// More than one blank, or a tab, where one space belongs: UIDL answers of several providers.
        ExtraSpaces = default "1   abc",
        /// Zeros before a number.
        LeadingZeros = default "RETR 01",
        /// A plus sign before a number.
        PlusSign = lenient "RETR +1",

        // Commands.
        /// An argument where none belongs: STAT, NOOP, RSET, QUIT and CAPA mean the same with it.
        UnexpectedArgument = lenient "CAPA x",
        /// TOP without its number of lines: 0 is meant.
        MissingLineCount = lenient "TOP 1",
        /// A user name with blanks in it: directory servers.
        BlankInName = default "USER Jane Doe",
        /// A user name that is not UTF-8: RFC 6856 section 2.2 wants it refused.
        InvalidUtf8 = lenient "USER j\\xf6rg",
        /// Upper-case hexadecimal digits in the digest of APOP.
        UpperCaseDigest = lenient "APOP mrose C4C9334B...",

        // Status lines.
        /// A status in lower case: RFC 1939 section 3 has upper case as a MUST, the ABNF of RFC 2449
        /// reads without regard to case.
        LowerCaseStatus = default "+ok ready",
        /// Octets over 127 in a text while no language was chosen.
        EightBitText = default "-ERR acc\\xe8s refus\\xe9",
        /// Control octets in a text, CR and NUL included.
        ControlInText = default "+OK a\\tb",
        /// A square bracket in a text that is no response code, or a broken one.
        BracketInText = default "-ERR [AUTH no end",
        /// A response code with blanks or empty levels in it: Gmail.
        VendorCode = default "-ERR [WEBALERT https://mail.example/ x] log in",
        /// An empty line before a status line: Outlook 365 behind DELE.
        BlankLine = lenient "\\r\\n+OK\\r\\n",
        /// No space behind the `+` of an empty challenge: older servers.
        MissingChallengeSpace = default "+\\r\\n",

        // Numbers and unique-ids in answers.
        /// A size is missing.
        MissingSize = lenient "+OK 2",
        /// A size is negative: servers that count in 32 bits with a sign.
        NegativeSize = lenient "+OK 2 -1",
        /// The message number is missing where it is known: old Twisted, in the answer to UIDL.
        MissingNumber = lenient "+OK 00001a14",
        /// A unique-id without any octet.
        EmptyUniqueId = lenient "1 ",
        /// A unique-id of more than 70 octets.
        LongUniqueId = lenient "1 (71 octets or more)",
        /// A unique-id with blanks, controls or octets over 127 in it.
        OddUniqueId = lenient "1 a b",

        // Capabilities.
        /// A parameter that a capability does not take; the capability counts without it.
        InvalidCapabilityParameter = default "LOGIN-DELAY soon",
    }
}
