//! The status responses that a server machine writes by itself: one table.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use mailwire_core::{SyntaxError, TransmitQueue};

use crate::element::text::Text;
use crate::error::PeerError;
use crate::extension::Need;
use crate::status::{Status, StatusKind};

/// Rows of the table: name, kind, response code or nothing, text.
macro_rules! answers {
    ($($name:ident: $kind:ident $code:literal $text:literal;)+) => {
        /// A status response of the machine's own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum OwnAnswer {
            $( $name, )+
            /// BAD with the rule and the place.
            Syntax(SyntaxError),
            /// BAD with what is not offered or not enabled.
            Lacks(Need),
        }

        impl OwnAnswer {
            #[cfg(test)]
            const ROWS: &'static [Self] = &[$( Self::$name, )+];

            /// Kind, response code (or nothing) and text.
            const fn parts(self) -> (StatusKind, &'static str, &'static str) {
                match self {
                    $( Self::$name => (StatusKind::$kind, $code, $text), )+
                    Self::Syntax(_) | Self::Lacks(_) => (StatusKind::Bad, "", ""),
                }
            }
        }
    };
}

answers! {
    // What is refused and can be mended.
    Unknown: Bad "" "unknown command";
    NotOffered: Bad "" "command not offered";
    NotInState: Bad "" "command not possible in this state";
    NoIdle: Bad "" "DONE without IDLE";
    NotDone: Bad "" "expected DONE";
    LineTooLong: Bad "" "line too long";
    TooManyLiterals: Bad "LIMIT" "too many literals";
    TooManyRanges: Bad "LIMIT" "too many ranges";
    TooManyElements: Bad "LIMIT" "too many elements";
    CommandTooLarge: Bad "TOOBIG" "command too large";
    LiteralTooLarge: Bad "TOOBIG" "literal too large";
    LiteralHeader: Bad "" "the header of the literal cannot be read";
    MessageTooLarge: No "TOOBIG" "message too large";
    EmptyMessage: No "" "message is empty";
    NulInMessage: No "" "NUL needs a literal8";
    TlsFirst: No "PRIVACYREQUIRED" "TLS is needed first";
    TlsActive: Bad "" "TLS is active already";
    BehindStartTls: Bad "" "plaintext behind STARTTLS";
    UnknownMechanism: No "" "mechanism not offered";
    AuthLineTooLong: Bad "" "authentication line too long";
    NotBase64: Bad "" "not base64";
    Cancelled: Bad "" "authentication cancelled";
    UnknownCompression: Bad "" "algorithm not offered";
    CompressionActive: No "COMPRESSIONACTIVE" "compression is active already";
    UidRequired: Bad "UIDREQUIRED" "message sequence numbers cannot be used";
    NoModSeq: Bad "" "the mailbox has no mod-sequences";
    // What ends the session.
    LoggingOut: Bye "" "logging out";
    TooManyErrors: Bye "" "too many errors";
    TooBig: Bye "TOOBIG" "too much to drop";
    WrongProtocol: Bye "" "this is IMAP";
    Closing: Bye "" "closing";
    // What goes before the data of a mailbox that is opened.
    Closed: Ok "CLOSED" "previous mailbox is closed";
}

impl OwnAnswer {
    /// The answer to an error of the peer that ends the session.
    pub(crate) fn closing(error: &PeerError) -> Self {
        match error {
            PeerError::Limit { name: "discard", .. } | PeerError::Overrun { .. } => Self::TooBig,
            PeerError::Limit { .. } => Self::TooManyErrors,
            PeerError::WrongProtocol => Self::WrongProtocol,
            _ => Self::Closing,
        }
    }

    /// The answer to an error of the peer.
    pub(crate) fn to(error: &PeerError) -> Self {
        match error {
            // RFC 9051 section 4.3 has no octet NUL there, whether the message is streamed or not.
            PeerError::Syntax(SyntaxError { rule: "CHAR8", .. }) => Self::NulInMessage,
            PeerError::Syntax(syntax) => Self::Syntax(*syntax),
            PeerError::BadSequence { .. } => Self::NotInState,
            PeerError::NotImplemented => Self::NotOffered,
            PeerError::Lacks(need) => Self::Lacks(*need),
            PeerError::NotBase64 => Self::NotBase64,
            PeerError::NotAuthorized => Self::TlsFirst,
            PeerError::DataAfterStartTls => Self::BehindStartTls,
            PeerError::Literal(_) if !error.is_fatal() => Self::LiteralHeader,
            PeerError::Limit { name, .. } if !error.is_fatal() => match *name {
                "line" | "line_early" => Self::LineTooLong,
                "auth_line" => Self::AuthLineTooLong,
                "literals" => Self::TooManyLiterals,
                "ranges" => Self::TooManyRanges,
                "elements" => Self::TooManyElements,
                "message" => Self::MessageTooLarge,
                "command" | "command_early" => Self::CommandTooLarge,
                _ => Self::LiteralTooLarge,
            },
            _ => Self::closing(error),
        }
    }

    /// Gives the pieces of the line; without a tag it is untagged.
    fn write(self, tag: Option<&[u8]>, mut out: impl FnMut(&[u8])) {
        let (kind, code, text) = self.parts();
        out(tag.unwrap_or(b"*"));
        out(b" ");
        out(kind.as_str().as_bytes());
        out(b" ");
        if !code.is_empty() {
            out(b"[");
            out(code.as_bytes());
            out(b"] ");
        }
        match self {
            Self::Syntax(error) => {
                // What is written is pieces of text, and taking them cannot fail.
                let _ = write!(Pieces(&mut out), "{error}");
            }
            Self::Lacks(need) => {
                let wanted = match need {
                    Need::Offered(..) => "offered",
                    Need::Enabled(_) => "enabled",
                };
                let _ = write!(Pieces(&mut out), "{need} is not {wanted}");
            }
            _ => out(text.as_bytes()),
        }
        out(b"\r\n");
    }

    /// Queues the line.
    pub(super) fn push(self, tag: Option<&[u8]>, queue: &mut TransmitQueue) {
        self.write(tag, |piece| queue.push(piece));
    }

    /// The line, for later.
    pub(super) fn line(self, tag: Option<&[u8]>) -> Vec<u8> {
        let mut line = Vec::new();
        self.write(tag, |piece| line.extend_from_slice(piece));
        line
    }

    /// The status as a value.
    fn status(self) -> Status<'static> {
        let line = self.line(None);
        let octets = line.get(2..line.len().saturating_sub(2)).unwrap_or_default();
        // The table holds nothing that a status cannot hold; a test reads every row.
        Status::parse(octets).map_or(Status::fixed(StatusKind::Bye, "closing"), Status::into_owned)
    }
}

/// Formats into pieces.
struct Pieces<F>(F);

impl<F: FnMut(&[u8])> Write for Pieces<F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        (self.0)(text.as_bytes());
        Ok(())
    }
}

impl PeerError {
    /// The status with which a server answers, before it goes on or closes: BAD and NO with the tag of
    /// the command, BYE without one.
    #[must_use]
    pub fn suggested_answer(&self) -> Status<'static> {
        OwnAnswer::to(self).status()
    }
}

/// The text of the usual positive answer to a command.
pub(super) const COMPLETED: Text<'static> = Text::checked(b"completed");

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::code::Code;
    use crate::extension::Extension;

    #[test]
    fn every_row_is_a_status() {
        for &answer in OwnAnswer::ROWS {
            let (kind, code, text) = answer.parts();
            let status = answer.status();
            assert_eq!(status.kind(), kind, "{answer:?}");
            assert_eq!(status.text().as_bytes(), text.as_bytes());
            assert_eq!(status.code().is_some(), !code.is_empty());
            assert!(!matches!(status.code(), Some(Code::Other(_) | Code::Invalid(_))), "{code}");
        }
    }

    #[test]
    fn syntax_is_told_with_rule_and_place() {
        let error = PeerError::Syntax(SyntaxError { rule: "astring", at: 9 });
        let status = error.suggested_answer();
        assert_eq!(status.kind(), StatusKind::Bad);
        assert_eq!(status.text().to_string(), "expected astring at byte 9");
        let line = OwnAnswer::to(&error).line(Some(b"A1"));
        assert_eq!(line, b"A1 BAD expected astring at byte 9\r\n");
    }

    #[test]
    fn what_is_missing_is_told_by_name() {
        for (need, text) in [
            (Need::CONDSTORE, "CONDSTORE or QRESYNC is not offered"),
            (Need::of(Extension::Within), "WITHIN is not offered"),
            (Need::Enabled(Extension::QResync), "QRESYNC is not enabled"),
        ] {
            let status = PeerError::Lacks(need).suggested_answer();
            assert_eq!((status.kind(), status.text().to_string()), (StatusKind::Bad, text.into()));
        }
    }

    #[test]
    fn every_error_has_an_answer() {
        for error in [
            PeerError::Syntax(SyntaxError { rule: "tag", at: 0 }),
            PeerError::NotImplemented,
            PeerError::Lacks(Need::CONDSTORE),
            PeerError::DataAfterStartTls,
            PeerError::NotBase64,
            PeerError::NotAuthorized,
            PeerError::WrongProtocol,
            PeerError::Limit { name: "bad_commands", limit: 20 },
            PeerError::Limit { name: "line", limit: 65_536 },
            PeerError::Limit { name: "message", limit: 1 },
            PeerError::Overrun { name: "line", limit: 65_536 },
            PeerError::Eof,
        ] {
            let kind = error.suggested_answer().kind();
            assert_ne!(kind, StatusKind::Ok, "{error}");
            let closes = error.is_fatal() && error != PeerError::DataAfterStartTls;
            assert_eq!(kind == StatusKind::Bye, closes, "{error}");
        }
    }
}
