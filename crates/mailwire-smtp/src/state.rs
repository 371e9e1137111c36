//! The states of a session and what leads from one to another. This file knows neither roles nor
//! bytes.
//!
//! A command is legal where a row of [`TRANSITIONS`] accepts it. The client uses the table to refuse
//! a call, the server to answer 503, the observer to follow. `-` stands for no change:
//!
//! ```text
//! Greeted Ready Mail Rcpt Chunks Failed: EHLO HELO LHLO accepted -> Ready
//! Ready: MAIL SEND SOML SAML accepted -> Mail
//! Mail Rcpt: RCPT accepted -> Rcpt
//! Rcpt: DATA completed -> Ready
//! Rcpt Chunks: BDAT BURL accepted -> Chunks
//! Rcpt Chunks: BDAT BURL refused -> Failed
//! Rcpt Chunks: BDAT BURL completed -> Ready
//! Ready Mail Rcpt Chunks Failed: RSET accepted -> Ready
//! Greeted: RSET accepted -> -
//! Greeted Ready Mail Rcpt Chunks Failed: NOOP HELP VRFY EXPN VERB ONEX accepted -> -
//! Ready: STARTTLS accepted -> Greeted
//! Ready: AUTH ETRN XFORWARD accepted -> -
//! Greeted Ready: XCLIENT accepted -> Greeted
//! Ready: ATRN TURN accepted -> Turned
//! Greeted Ready Mail Rcpt Chunks Failed Refused: QUIT accepted -> Closed
//! ```

use alloc::string::String;
use core::fmt::Write;

use crate::command::Verb;

/// Where a session is. TLS and authentication are beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Before the greeting.
    Connected,
    /// Behind the greeting, before EHLO, HELO or LHLO.
    Greeted,
    /// No transaction.
    Ready,
    /// MAIL is accepted, no recipient yet.
    Mail,
    /// A recipient is accepted.
    Rcpt,
    /// A part of the message came with BDAT or BURL.
    Chunks,
    /// A chunk was refused: the transaction has to be reset.
    Failed,
    /// The greeting was 554: only QUIT is left.
    Refused,
    /// The roles are changed (ATRN, TURN).
    Turned,
    /// The session is over.
    Closed,
}

impl State {
    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// True inside a mail transaction.
    #[must_use]
    pub const fn in_transaction(self) -> bool {
        matches!(self, Self::Mail | Self::Rcpt | Self::Chunks | Self::Failed)
    }
}

/// How a command went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A positive reply.
    Accepted,
    /// A negative reply.
    Refused,
    /// The final reply to a whole message, positive or not: the transaction is over.
    Completed,
}

/// A row of the table: in these states, these verbs with this outcome lead there.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    from: &'static [State],
    verbs: &'static [Verb],
    outcome: Outcome,
    to: Option<State>,
}

const fn row(
    from: &'static [State],
    verbs: &'static [Verb],
    outcome: Outcome,
    to: Option<State>,
) -> Transition {
    Transition { from, verbs, outcome, to }
}

/// Every transition. What is not in the table changes nothing.
pub static TRANSITIONS: [Transition; 15] = {
    use Outcome::{Accepted, Completed, Refused};
    use State::{Chunks, Closed, Failed, Greeted, Mail, Rcpt, Ready, Turned};
    const OPEN: &[State] = &[Greeted, Ready, Mail, Rcpt, Chunks, Failed];
    [
        row(OPEN, &[Verb::Ehlo, Verb::Helo, Verb::Lhlo], Accepted, Some(Ready)),
        row(&[Ready], &[Verb::Mail, Verb::Send, Verb::Soml, Verb::Saml], Accepted, Some(Mail)),
        row(&[Mail, Rcpt], &[Verb::Rcpt], Accepted, Some(Rcpt)),
        row(&[Rcpt], &[Verb::Data], Completed, Some(Ready)),
        row(&[Rcpt, Chunks], &[Verb::Bdat, Verb::Burl], Accepted, Some(Chunks)),
        row(&[Rcpt, Chunks], &[Verb::Bdat, Verb::Burl], Refused, Some(Failed)),
        row(&[Rcpt, Chunks], &[Verb::Bdat, Verb::Burl], Completed, Some(Ready)),
        row(&[Ready, Mail, Rcpt, Chunks, Failed], &[Verb::Rset], Accepted, Some(Ready)),
        row(&[Greeted], &[Verb::Rset], Accepted, None),
        row(
            OPEN,
            &[Verb::Noop, Verb::Help, Verb::Vrfy, Verb::Expn, Verb::Verb, Verb::Onex],
            Accepted,
            None,
        ),
        row(&[Ready], &[Verb::StartTls], Accepted, Some(Greeted)),
        row(&[Ready], &[Verb::Auth, Verb::Etrn, Verb::Xforward], Accepted, None),
        row(&[Greeted, Ready], &[Verb::Xclient], Accepted, Some(Greeted)),
        row(&[Ready], &[Verb::Atrn, Verb::Turn], Accepted, Some(Turned)),
        row(
            &[Greeted, Ready, Mail, Rcpt, Chunks, Failed, State::Refused],
            &[Verb::Quit],
            Accepted,
            Some(Closed),
        ),
    ]
};

/// For each verb, the states in which a row names it, as bits: the table, read once.
static LEGAL: [u16; Verb::ALL.len()] = {
    let mut legal = [0; Verb::ALL.len()];
    let mut index = 0;
    while index < TRANSITIONS.len() {
        let Transition { from, verbs, .. } = TRANSITIONS[index];
        let mut states = 0;
        let mut at = 0;
        while at < from.len() {
            states |= from[at].bit();
            at += 1;
        }
        let mut at = 0;
        while at < verbs.len() {
            legal[verbs[at] as usize] |= states;
            at += 1;
        }
        index += 1;
    }
    legal
};

impl State {
    /// True when the command may be given in this state.
    #[must_use]
    pub fn allows(self, verb: Verb) -> bool {
        LEGAL[verb as usize] & self.bit() != 0
    }

    /// The state behind a command with this outcome.
    #[must_use]
    pub fn after(self, verb: Verb, outcome: Outcome) -> Self {
        TRANSITIONS
            .iter()
            .find(|row| {
                row.outcome == outcome && row.verbs.contains(&verb) && row.from.contains(&self)
            })
            .and_then(|row| row.to)
            .unwrap_or(self)
    }
}

/// The table as text, as it stands in the documentation of this module.
#[must_use]
pub fn diagram() -> String {
    let mut out = String::new();
    for row in &TRANSITIONS {
        for state in row.from {
            // Writing to a string cannot fail.
            let _ = write!(out, "{state:?} ");
        }
        out.pop();
        out.push(':');
        for verb in row.verbs {
            let _ = write!(out, " {verb}");
        }
        let outcome = match row.outcome {
            Outcome::Accepted => "accepted",
            Outcome::Refused => "refused",
            Outcome::Completed => "completed",
        };
        let _ = match row.to {
            Some(to) => writeln!(out, " {outcome} -> {to:?}"),
            None => writeln!(out, " {outcome} -> -"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_shows_the_table() {
        let source = include_str!("state.rs");
        for line in diagram().lines() {
            assert!(source.contains(&alloc::format!("//! {line}\n")), "missing: {line}");
        }
    }

    #[test]
    fn every_verb_is_legal_somewhere() {
        for verb in Verb::ALL {
            assert!(State::Ready.allows(*verb) || State::Rcpt.allows(*verb), "{verb}");
            assert!(!State::Connected.allows(*verb) && !State::Closed.allows(*verb));
        }
    }

    #[test]
    fn a_transaction_goes_its_way() {
        let mut state = State::Greeted;
        for (verb, outcome, expected) in [
            (Verb::Mail, Outcome::Refused, State::Greeted),
            (Verb::Ehlo, Outcome::Accepted, State::Ready),
            (Verb::Mail, Outcome::Accepted, State::Mail),
            (Verb::Rcpt, Outcome::Refused, State::Mail),
            (Verb::Rcpt, Outcome::Accepted, State::Rcpt),
            (Verb::Data, Outcome::Refused, State::Rcpt),
            (Verb::Data, Outcome::Completed, State::Ready),
            (Verb::StartTls, Outcome::Accepted, State::Greeted),
        ] {
            state = state.after(verb, outcome);
            assert_eq!(state, expected);
        }
        assert!(!State::Mail.allows(Verb::Data) && !State::Chunks.allows(Verb::Data));
        assert!(!State::Mail.allows(Verb::StartTls) && !State::Failed.allows(Verb::Bdat));
    }
}
