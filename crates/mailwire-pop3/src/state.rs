//! The states of a session and what leads from one to another. This file knows neither roles nor
//! bytes.
//!
//! A command is legal where a row of [`TRANSITIONS`] accepts it. The client uses the table to refuse
//! a call, the server to answer `-ERR`, the observer to follow. `-` stands for no change:
//!
//! ```text
//! Authorization Named: USER accepted -> Named
//! Authorization Named: USER refused -> Authorization
//! Named: PASS accepted -> Transaction
//! Named: PASS refused -> Authorization
//! Authorization Named: APOP accepted -> Transaction
//! Authorization Named: AUTH accepted -> -
//! Authorization Named: AUTH completed -> Transaction
//! Authorization Named: STLS accepted -> Authorization
//! Authorization Named: UTF8 accepted -> -
//! Authorization Named Transaction: CAPA LANG accepted -> -
//! Transaction: STAT LIST RETR DELE NOOP RSET TOP UIDL accepted -> -
//! Authorization Named: QUIT accepted -> -
//! Transaction: QUIT accepted -> Update
//! Authorization Named Update: QUIT completed -> Closed
//! ```
//!
//! AUTH is accepted with a listing or a challenge, and completed with the `+OK` that ends its
//! exchange. QUIT is accepted when it is given, and completed with its answer, whatever that is.

use alloc::string::String;
use core::fmt::Write;

use crate::command::Verb;

/// Where a session is. TLS is beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Before the greeting.
    Connected,
    /// AUTHORIZATION: the client has to say who it is.
    Authorization,
    /// AUTHORIZATION, behind a USER that was accepted: PASS may follow.
    Named,
    /// TRANSACTION: the maildrop is open.
    Transaction,
    /// UPDATE: the client said QUIT, and what it marked is removed.
    Update,
    /// The session is over.
    Closed,
}

impl State {
    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// True in the AUTHORIZATION state of RFC 1939.
    #[must_use]
    pub const fn is_authorization(self) -> bool {
        matches!(self, Self::Authorization | Self::Named)
    }
}

/// How a command went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A positive answer.
    Accepted,
    /// A negative answer.
    Refused,
    /// The end of what the command began: the exchange of AUTH, the session of QUIT.
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
pub static TRANSITIONS: [Transition; 14] = {
    use Outcome::{Accepted, Completed, Refused};
    use State::{Authorization, Closed, Named, Transaction, Update};
    const BEFORE: &[State] = &[Authorization, Named];
    [
        row(BEFORE, &[Verb::User], Accepted, Some(Named)),
        row(BEFORE, &[Verb::User], Refused, Some(Authorization)),
        row(&[Named], &[Verb::Pass], Accepted, Some(Transaction)),
        row(&[Named], &[Verb::Pass], Refused, Some(Authorization)),
        row(BEFORE, &[Verb::Apop], Accepted, Some(Transaction)),
        row(BEFORE, &[Verb::Auth], Accepted, None),
        row(BEFORE, &[Verb::Auth], Completed, Some(Transaction)),
        row(BEFORE, &[Verb::Stls], Accepted, Some(Authorization)),
        row(BEFORE, &[Verb::Utf8], Accepted, None),
        row(&[Authorization, Named, Transaction], &[Verb::Capa, Verb::Lang], Accepted, None),
        row(
            &[Transaction],
            &[
                Verb::Stat,
                Verb::List,
                Verb::Retr,
                Verb::Dele,
                Verb::Noop,
                Verb::Rset,
                Verb::Top,
                Verb::Uidl,
            ],
            Accepted,
            None,
        ),
        row(BEFORE, &[Verb::Quit], Accepted, None),
        row(&[Transaction], &[Verb::Quit], Accepted, Some(Update)),
        row(&[Authorization, Named, Update], &[Verb::Quit], Completed, Some(Closed)),
    ]
};

/// For each verb, the states in which a row accepts it, as bits: the table, read once.
static LEGAL: [u8; Verb::ALL.len()] = {
    let mut legal = [0; Verb::ALL.len()];
    let mut index = 0;
    while index < TRANSITIONS.len() {
        let Transition { from, verbs, outcome, .. } = TRANSITIONS[index];
        let mut states = 0;
        let mut at = 0;
        while at < from.len() && matches!(outcome, Outcome::Accepted) {
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

/// The verbs that a row leads somewhere by: what they mean to the commands behind them is not known
/// before they are answered.
static LEADS: [bool; Verb::ALL.len()] = {
    let mut leads = [false; Verb::ALL.len()];
    let mut index = 0;
    while index < TRANSITIONS.len() {
        let Transition { verbs, to, .. } = TRANSITIONS[index];
        let mut at = 0;
        while at < verbs.len() {
            leads[verbs[at] as usize] |= to.is_some();
            at += 1;
        }
        index += 1;
    }
    leads
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

/// True when the command can change the state.
#[must_use]
pub fn leads_on(verb: Verb) -> bool {
    LEADS[verb as usize]
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
            assert!(State::Named.allows(*verb) || State::Transaction.allows(*verb), "{verb}");
            for state in [State::Connected, State::Update, State::Closed] {
                assert!(!state.allows(*verb), "{verb}");
            }
        }
    }

    #[test]
    fn a_session_goes_its_way() {
        let mut state = State::Authorization;
        for (verb, outcome, expected) in [
            (Verb::Pass, Outcome::Accepted, State::Authorization),
            (Verb::User, Outcome::Accepted, State::Named),
            (Verb::Stls, Outcome::Accepted, State::Authorization),
            (Verb::User, Outcome::Accepted, State::Named),
            (Verb::Capa, Outcome::Accepted, State::Named),
            (Verb::Pass, Outcome::Refused, State::Authorization),
            (Verb::Auth, Outcome::Accepted, State::Authorization),
            (Verb::Auth, Outcome::Completed, State::Transaction),
            (Verb::Dele, Outcome::Accepted, State::Transaction),
            (Verb::Quit, Outcome::Accepted, State::Update),
            (Verb::Quit, Outcome::Completed, State::Closed),
        ] {
            state = state.after(verb, outcome);
            assert_eq!(state, expected, "{verb}");
        }
        assert!(
            !State::Authorization.allows(Verb::Pass) && !State::Authorization.allows(Verb::Noop)
        );
        assert!(!State::Transaction.allows(Verb::User) && !State::Transaction.allows(Verb::Stls));
        assert!(!State::Transaction.allows(Verb::Utf8));
    }

    #[test]
    fn what_leads_on_is_known() {
        let leading: alloc::vec::Vec<_> =
            Verb::ALL.iter().copied().filter(|verb| leads_on(*verb)).collect();
        let expected = [Verb::User, Verb::Pass, Verb::Apop, Verb::Auth, Verb::Stls, Verb::Quit];
        assert_eq!(leading, expected);
    }
}
