//! The deviations from the grammar that real SMTP software sends, by name.

use mailwire_core::deviations;

deviations! {
    /// A deviation from the grammar of SMTP and LMTP.
    ///
    /// `default` deviations are unambiguous. `lenient` ones need a guess about what was meant.
    /// `never` ones are in no preset, because they can change where a message ends or who said it.
    pub enum Deviation {
        // Lines, both directions.
        /// A line ends in LF without CR: scripts, telnet, old printers, some broken servers.
        BareLfLine = lenient "250 ok\\n",
        /// Blanks at the end of a line: many hand-written clients.
        TrailingSpaces = default "RSET \\r\\n",
        /// More than one blank, or a tab, where one space belongs: Windows Mail, scanners.
        ExtraSpaces = default "MAIL FROM:<a@b>  SIZE=1",

        // Commands.
        /// Blanks after the colon of MAIL or RCPT: Exchange Online, printers, hand-written clients.
        SpaceAfterColon = default "MAIL FROM: <a@b>",
        /// Blanks before the colon of MAIL or RCPT.
        SpaceBeforeColon = lenient "MAIL FROM :<a@b>",
        /// A path without angle brackets: old mail programs, test tools.
        MissingAngleBrackets = lenient "RCPT TO:a@b",
        /// No space between a path and its parameters.
        MissingSpaceBeforeParameters = lenient "MAIL FROM:<a@b>SIZE=1",
        /// A local part with a dot at an end or two in a row: Japanese mobile carriers, HPE iLO.
        BadLocalPart = lenient "MAIL FROM:<a..b.@docomo.example>",
        /// A local part over 64 octets: SRS, BATV, VERP and list confirmations.
        LongLocalPart = lenient "MAIL FROM:<srs0=...(65 octets)@b>",
        /// A path over 256 octets.
        LongPath = lenient "RCPT TO:<a@...(255 octets)>",
        /// An underscore in a domain: Windows hosts, service labels.
        UnderscoreInDomain = default "MAIL FROM:<a@x_y.example>",
        /// A dot at the end of a domain.
        TrailingDotInDomain = lenient "RCPT TO:<a@b.example.>",
        /// An IPv6 address literal without its tag: mail programs on IPv6 hosts.
        UntaggedIpv6Literal = lenient "EHLO [::1]",
        /// A mailbox without a domain, other than Postmaster: local tools.
        MissingDomain = lenient "RCPT TO:<root>",
        /// A greeting name that is neither a domain nor an address literal: desktop machines.
        HelloNotDomain = default "EHLO Joe's PC",
        /// EHLO, HELO or LHLO without a name.
        MissingHelloName = lenient "EHLO\\r\\n",
        /// An argument where none belongs (RSET and QUIT only).
        UnexpectedArgument = lenient "QUIT now",
        /// `AUTH=PLAIN` as a command: clients that mistook the EHLO line.
        AuthEqualsCommand = lenient "AUTH=PLAIN AGEAYg==",
        /// VRFY, EXPN, HELP, NOOP or ETRN with text that is neither an atom nor a quoted string.
        TextArgument = default "VRFY <a@b>",
        /// A blank after a comma in the domain list of ATRN.
        SpaceAfterComma = default "ATRN a.example, b.example",
        /// Lower-case hexadecimal digits in xtext.
        LowerCaseHex = lenient "ENVID=a+3db",
        /// A `+` or `=` that stands for itself in xtext: values written by hand.
        RawXtext = lenient "ORCPT=rfc822;a+b@c",
        /// The AUTH parameter of MAIL with no value, where `<>` is meant: go-smtp.
        EmptyAuthParameter = default "AUTH=",
        /// An action other than C or R behind an RRVS date: ignored, as RFC 7293 asks of receivers
        /// that go-smtp's test suite stands for.
        RrvsOtherAction = lenient "RRVS=2014-04-03T23:01:00Z;X",

        // Replies.
        /// The lines of one reply carry different codes; the last one counts.
        ReplyCodeMismatch = lenient "250-a\\r\\n550 b\\r\\n",
        /// A second digit over 5: `571`, `471` and others that no RFC has.
        ReplyCodeRange = default "571 relaying denied",
        /// A space behind the code, and then no text.
        EmptyText = default "250 \\r\\n",
        /// Octets over 127 in a reply when SMTPUTF8 is not in use: mail providers abroad.
        EightBitText = default "550 \\xd3\\xca",
        /// Control octets in the text of a reply, CR and NUL included.
        ControlInText = default "250 OK\\0\\r\\n",
        /// An empty line before a reply.
        BlankLine = lenient "\\r\\n250 ok\\r\\n",

        // The EHLO reply.
        /// An EHLO line without a keyword.
        EmptyKeyword = default "250-\\r\\n",
        /// `=` between a keyword and its parameters: `AUTH=LOGIN` for old Outlook, `SIZE=1000`.
        KeywordEquals = default "250-AUTH=LOGIN PLAIN",
        /// A line of the EHLO reply that is no keyword; it is kept as data.
        InvalidKeyword = default "250 Ok, pleased to meet you",
        /// A parameter that its keyword does not take; the keyword counts without it.
        InvalidKeywordParameter = default "250-SIZE abc",
    }
}
