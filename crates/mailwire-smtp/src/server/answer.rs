//! The replies that a server machine writes by itself: one table.

use mailwire_core::TransmitQueue;

use crate::command::Verb;
use crate::element::enhanced_code::EnhancedCode;
use crate::element::reply_code::ReplyCode;
use crate::error::PeerError;
use crate::reply::Reply;

/// Rows of the table: name, code, enhanced status code or `-`, text.
macro_rules! answers {
    ($($name:ident: $code:literal $status:literal $text:literal;)+) => {
        /// A reply of the machine's own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum OwnAnswer {
            $( $name, )+
            /// 501 with the usage line of a verb.
            Usage(Verb),
        }

        impl OwnAnswer {
            const ROWS: &'static [(Self, &'static str, &'static str, &'static str)] =
                &[$( (Self::$name, stringify!($code), $status, $text), )+];

            /// Code, enhanced status code (or nothing) and text.
            fn parts(self) -> (&'static str, &'static str, [&'static str; 2]) {
                match self {
                    $( Self::$name => (stringify!($code), $status, [$text, ""]), )+
                    Self::Usage(verb) => ("501", "5.5.4", ["syntax: ", verb.row().usage]),
                }
            }
        }
    };
}

answers! {
    // What goes well.
    Ok: 250 "2.0.0" "ok";
    Bye: 221 "2.0.0" "bye";
    Ready: 220 "" "ready";
    TlsReady: 220 "2.0.0" "ready to start TLS";
    Help: 214 "2.0.0" "see RFC 5321";
    SenderOk: 250 "2.1.0" "sender ok";
    RecipientOk: 250 "2.1.5" "recipient ok";
    CannotVerify: 252 "2.5.2" "cannot verify, but take messages for it";
    StartInput: 354 "" "end data with <CR><LF>.<CR><LF>";
    ChunkOk: 250 "2.0.0" "chunk taken";
    MessageOk: 250 "2.0.0" "message taken";
    PerRecipient: 353 "" "a reply for each recipient follows";
    Authenticated: 235 "2.7.0" "authenticated";
    // What is refused and can be mended.
    Unrecognized: 500 "5.5.2" "command not recognized";
    BadReversePath: 501 "5.1.7" "bad sender address syntax";
    BadForwardPath: 501 "5.1.3" "bad recipient address syntax";
    BadSequence: 503 "5.5.1" "bad sequence of commands";
    HelloFirst: 503 "5.5.1" "say EHLO first";
    NoRecipients: 503 "5.5.1" "no valid recipients";
    BinaryNeedsBdat: 503 "5.5.1" "a BINARYMIME message needs BDAT";
    WrongHello: 500 "5.5.1" "the other protocol: LHLO is LMTP, EHLO is SMTP";
    NotImplemented: 502 "5.5.1" "command not implemented";
    NotTrusted: 550 "5.7.0" "not for this client";
    UnknownParameter: 555 "5.5.4" "parameter not recognized";
    Contradiction: 501 "5.5.4" "parameters contradict each other";
    NeedsSmtpUtf8: 550 "5.6.7" "the address needs SMTPUTF8";
    BareLineEnd: 500 "5.5.2" "a line ends in CR LF, and has neither elsewhere";
    LineTooLong: 500 "5.5.2" "line too long";
    AuthLineTooLong: 500 "5.5.6" "authentication line too long";
    UnknownMechanism: 504 "5.5.4" "mechanism not offered";
    NotBase64: 501 "5.5.2" "not base64";
    Cancelled: 501 "5.7.0" "authentication cancelled";
    TooManyRounds: 535 "5.7.8" "too many challenges";
    EncryptionNeeded: 538 "5.7.11" "encryption needed for authentication";
    TlsFirst: 530 "5.7.0" "say STARTTLS first";
    AuthFirst: 530 "5.7.0" "authentication required";
    TooLarge: 552 "5.3.4" "message too large";
    TooManyRecipients: 452 "4.5.3" "too many recipients";
    BareNewline: 550 "5.6.11" "bare CR or LF in the message";
    // What ends the session.
    TooManyErrors: 421 "4.7.0" "too many errors";
    Closing: 421 "4.3.0" "closing";
    TooEarly: 554 "5.5.0" "you did not wait for the reply";
    BehindStartTls: 554 "5.5.0" "plaintext behind STARTTLS";
    ChunkSize: 501 "5.5.4" "the size of the chunk cannot be read";
    WrongProtocol: 554 "5.5.0" "this is SMTP";
}

impl OwnAnswer {
    /// The reply to an error of the peer; `verb` is the command that it is in.
    pub(crate) fn to(error: &PeerError, verb: Option<Verb>) -> Self {
        match error {
            PeerError::Syntax(syntax) => match (syntax.rule, verb) {
                ("verb", _) | (_, None) => Self::Unrecognized,
                (
                    "Path" | "A-d-l" | "Local-part" | "Quoted-string" | "Mailbox" | "Domain"
                    | "address-literal",
                    Some(Verb::Mail),
                ) => Self::BadReversePath,
                (
                    "Path" | "A-d-l" | "Local-part" | "Quoted-string" | "Mailbox" | "Domain"
                    | "address-literal",
                    Some(Verb::Rcpt),
                ) => Self::BadForwardPath,
                (_, Some(verb)) => Self::Usage(verb),
            },
            PeerError::BadSequence { .. } => Self::BadSequence,
            PeerError::NotImplemented => Self::NotImplemented,
            PeerError::WrongHello => Self::WrongHello,
            PeerError::UnknownParameter => Self::UnknownParameter,
            PeerError::NeedsSmtpUtf8 => Self::NeedsSmtpUtf8,
            PeerError::NotBase64 => Self::NotBase64,
            PeerError::BareNewline => Self::BareNewline,
            PeerError::Contradiction => Self::Contradiction,
            PeerError::NotAuthorized => Self::AuthFirst,
            PeerError::DataAfterStartTls => Self::BehindStartTls,
            PeerError::EarlyTalker => Self::TooEarly,
            PeerError::ChunkSize => Self::ChunkSize,
            PeerError::WrongProtocol => Self::WrongProtocol,
            PeerError::Limit { name: "line", .. } => Self::LineTooLong,
            PeerError::Limit { name: "auth_line", .. } => Self::AuthLineTooLong,
            PeerError::Limit { name: "auth_rounds", .. } => Self::TooManyRounds,
            PeerError::Limit { name: "message", .. } => Self::TooLarge,
            PeerError::Limit { name: "recipients", .. } => Self::TooManyRecipients,
            PeerError::Limit { .. } => Self::TooManyErrors,
            _ => Self::Closing,
        }
    }

    /// Writes the reply, without its enhanced status code where the server does not offer them.
    pub(crate) fn push(self, out: &mut TransmitQueue, enhanced: bool) {
        let (code, status, text) = self.parts();
        out.push(code.as_bytes());
        out.push(b" ");
        if enhanced && !status.is_empty() {
            out.push(status.as_bytes());
            out.push(b" ");
        }
        for text in text {
            out.push(text.as_bytes());
        }
        out.push(b"\r\n");
    }

    /// The reply as a value.
    pub(crate) fn reply(self) -> Reply<'static> {
        let (code, status, text) = self.parts();
        let code = ReplyCode::parse(code.as_bytes()).unwrap_or(ReplyCode::OK);
        let text = text.concat();
        let reply = match EnhancedCode::parse(status.as_bytes()) {
            Ok(status) => Reply::with_status(code, status, text),
            Err(_) => Reply::new(code, text),
        };
        // The table holds nothing that a reply cannot hold; a test reads every row.
        reply.unwrap_or_else(|_| Reply::fixed(ReplyCode::NOT_AVAILABLE, None, b"421 \r\n"))
    }

    /// One octet for the queue of owed answers: the row, or 64 and up for usage lines.
    pub(crate) fn to_octet(self) -> u8 {
        match self {
            Self::Usage(verb) => 64 + verb as u8,
            other => {
                let row = Self::ROWS.iter().position(|row| row.0 == other);
                row.and_then(|row| row.try_into().ok()).unwrap_or_default()
            }
        }
    }

    /// The answer of an octet.
    pub(crate) fn from_octet(octet: u8) -> Self {
        match octet.checked_sub(64) {
            Some(verb) => {
                Verb::ALL.get(usize::from(verb)).map_or(Self::Closing, |verb| Self::Usage(*verb))
            }
            None => Self::ROWS.get(usize::from(octet)).map_or(Self::Closing, |row| row.0),
        }
    }
}

impl PeerError {
    /// The reply with which a server answers, before it goes on or closes.
    #[must_use]
    pub fn suggested_answer(&self) -> Reply<'static> {
        OwnAnswer::to(self, None).reply()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_row_is_a_reply() {
        assert!(OwnAnswer::ROWS.len() < 64, "an octet holds 64 rows");
        for &(answer, code, status, text) in OwnAnswer::ROWS {
            let reply = answer.reply();
            assert_eq!(reply.code().to_string(), code);
            assert_eq!(
                reply.enhanced_code().map(|code| code.to_string()),
                (!status.is_empty()).then(|| status.to_string())
            );
            assert_eq!(reply.text(), text.as_bytes());
            assert_eq!(OwnAnswer::from_octet(answer.to_octet()), answer);
            let mut queue = TransmitQueue::new();
            answer.push(&mut queue, true);
            let written: alloc::vec::Vec<u8> =
                queue.transmit().slices().flatten().copied().collect();
            assert_eq!(written, reply.to_bytes(), "{answer:?}");
        }
    }

    #[test]
    fn usage_lines_are_replies() {
        for verb in Verb::ALL {
            let answer = OwnAnswer::Usage(*verb);
            assert_eq!(OwnAnswer::from_octet(answer.to_octet()), answer);
            assert!(answer.reply().text().starts_with(b"syntax: "));
        }
    }
}
