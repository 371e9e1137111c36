//! The answers that a server machine writes by itself: one table.

use mailwire_core::TransmitQueue;

use crate::command::Verb;
use crate::error::PeerError;
use crate::response::{Response, Status};

/// Rows of the table: name, status, text.
macro_rules! answers {
    ($($name:ident: $status:ident $text:literal;)+) => {
        /// An answer of the machine's own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum OwnAnswer {
            $( $name, )+
            /// `-ERR` with the usage line of a verb.
            Usage(Verb),
        }

        impl OwnAnswer {
            const ROWS: &'static [(Self, Status, &'static str)] =
                &[$( (Self::$name, Status::$status, $text), )+];

            /// Status and text.
            fn parts(self) -> (Status, [&'static str; 2]) {
                match self {
                    $( Self::$name => (Status::$status, [$text, ""]), )+
                    Self::Usage(verb) => (Status::Err, ["syntax: ", verb.row().usage]),
                }
            }
        }
    };
}

answers! {
    // What goes well.
    Ok: Ok "";
    Ready: Ok "POP3 ready";
    SendPassword: Ok "send PASS";
    LoggedIn: Ok "maildrop ready";
    Deleted: Ok "marked to be deleted";
    Follows: Ok "message follows";
    Capabilities: Ok "capability list follows";
    Mechanisms: Ok "mechanism list follows";
    Utf8: Ok "UTF-8 mode";
    TlsReady: Ok "begin TLS negotiation";
    Bye: Ok "bye";
    // What is refused and can be mended.
    Unknown: Err "unknown command";
    NotImplemented: Err "command not implemented";
    NotNow: Err "command not allowed in this state";
    UserFirst: Err "say USER first";
    LoginFirst: Err "log in first";
    TlsFirst: Err "say STLS first";
    NoPlaintext: Err "this needs TLS";
    NoUtf8Name: Err "names are ASCII here";
    BareLineEnd: Err "a line ends in CR LF, and has neither elsewhere";
    LineTooLong: Err "line too long";
    UnknownMechanism: Err "mechanism not offered";
    NotBase64: Err "not base64";
    Cancelled: Err "authentication cancelled";
    TooManyRounds: Err "too many challenges";
    // What ends the session.
    TooManyErrors: Err "too many errors";
    Closing: Err "closing";
    TooEarly: Err "you did not wait for the greeting";
    BehindStls: Err "plaintext behind STLS";
    WrongProtocol: Err "this is POP3";
}

impl OwnAnswer {
    /// The answer to an error of the peer; `verb` is the command that it is in.
    pub(crate) fn to(error: &PeerError, verb: Option<Verb>) -> Self {
        match error {
            PeerError::Syntax(syntax) => match (syntax.rule, verb) {
                ("verb", _) | (_, None) => Self::Unknown,
                (_, Some(verb)) => Self::Usage(verb),
            },
            PeerError::BadSequence { .. } => Self::NotNow,
            PeerError::NotImplemented => Self::NotImplemented,
            PeerError::NotBase64 => Self::NotBase64,
            PeerError::NotAuthorized => Self::TlsFirst,
            PeerError::DataAfterStls => Self::BehindStls,
            PeerError::EarlyTalker => Self::TooEarly,
            PeerError::WrongProtocol => Self::WrongProtocol,
            PeerError::Limit { name: "line" | "auth_line", .. } => Self::LineTooLong,
            PeerError::Limit { name: "auth_rounds", .. } => Self::TooManyRounds,
            PeerError::Limit { .. } => Self::TooManyErrors,
            _ => Self::Closing,
        }
    }

    /// Writes the line.
    pub(crate) fn push(self, out: &mut TransmitQueue) {
        let (status, text) = self.parts();
        out.push(status.as_str().as_bytes());
        if text.iter().any(|text| !text.is_empty()) {
            out.push(b" ");
        }
        for text in text {
            out.push(text.as_bytes());
        }
        out.push(b"\r\n");
    }

    /// The answer as a value.
    pub(crate) fn response(self) -> Response<'static> {
        let (status, text) = self.parts();
        // The table holds nothing that a line cannot hold; a test reads every row.
        Response::new(status, text.concat()).unwrap_or_else(|_| Response::fixed(status, ""))
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
    /// The line with which a server answers, before it goes on or closes.
    #[must_use]
    pub fn suggested_answer(&self) -> Response<'static> {
        OwnAnswer::to(self, None).response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: OwnAnswer) -> alloc::vec::Vec<u8> {
        let mut queue = TransmitQueue::new();
        answer.push(&mut queue);
        queue.transmit().slices().flatten().copied().collect()
    }

    #[test]
    fn every_row_is_an_answer() {
        assert!(OwnAnswer::ROWS.len() < 64, "an octet holds 64 rows");
        for &(answer, status, text) in OwnAnswer::ROWS {
            let response = answer.response();
            assert_eq!((response.status(), response.text()), (status, text.as_bytes()));
            assert_eq!(OwnAnswer::from_octet(answer.to_octet()), answer);
            assert_eq!(written(answer), response.to_bytes(), "{answer:?}");
            assert!(Response::parse_with(&written(answer), crate::Tolerance::strict()).is_ok());
        }
    }

    #[test]
    fn usage_lines_are_answers() {
        for verb in Verb::ALL {
            let answer = OwnAnswer::Usage(*verb);
            assert_eq!(OwnAnswer::from_octet(answer.to_octet()), answer);
            assert!(answer.response().text().starts_with(b"syntax: "));
            assert_eq!(written(answer), answer.response().to_bytes());
            assert!(Response::parse_with(&written(answer), crate::Tolerance::strict()).is_ok());
        }
    }
}
