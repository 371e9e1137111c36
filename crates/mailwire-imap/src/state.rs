//! The states of a session and what leads from one to another. It knows neither role nor bytes.
//!
//! Where a command is legal stands in [`COMMANDS`](crate::command::COMMANDS), and where its answer leads
//! in [`TRANSITIONS`]. The client uses both to refuse a call, the server to answer BAD, the observer to
//! follow:
//!
//! ```text
//! NotAuthenticated: AUTHENTICATE LOGIN OK -> Authenticated
//! Authenticated Selected: SELECT EXAMINE OK -> Selected
//! Selected: SELECT EXAMINE NO -> Authenticated
//! Selected: CLOSE UNSELECT OK -> Authenticated
//! Authenticated Selected: UNAUTHENTICATE OK -> NotAuthenticated
//! NotAuthenticated Authenticated Selected: LOGOUT OK -> Logout
//! ```
//!
//! What is not in the table changes nothing. The greeting leads to its state by [`State::greeted`]. TLS
//! and compression are beside the states.

use alloc::string::String;
use core::fmt::Write;

use crate::command::Verb;
use crate::status::StatusKind;

/// Where a session stands.
///
/// RFC 9051 section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Before the greeting.
    Greeting,
    /// Before login.
    NotAuthenticated,
    /// Logged in; no mailbox is open.
    Authenticated,
    /// A mailbox is open.
    Selected,
    /// Over, or about to be.
    Logout,
}

/// The states in which a command is legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Legal {
    /// Any state behind the greeting and before the end.
    Any,
    /// Before login.
    NotAuthenticated,
    /// Behind login, with a mailbox open or not.
    Authenticated,
    /// With a mailbox open.
    Selected,
}

impl Legal {
    /// True when the command is legal in `state`.
    #[must_use]
    pub const fn contains(self, state: State) -> bool {
        match state {
            State::Greeting | State::Logout => false,
            State::NotAuthenticated => matches!(self, Self::Any | Self::NotAuthenticated),
            State::Authenticated => matches!(self, Self::Any | Self::Authenticated),
            State::Selected => matches!(self, Self::Any | Self::Authenticated | Self::Selected),
        }
    }
}

/// A row of the table: in these states, these commands with this answer lead there.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    from: &'static [State],
    verbs: &'static [Verb],
    answer: StatusKind,
    to: State,
}

/// Every transition that the answer to a command makes.
pub static TRANSITIONS: [Transition; 6] = {
    use State::{Authenticated, Logout, NotAuthenticated, Selected};
    use StatusKind::{No, Ok};
    const fn row(
        from: &'static [State],
        verbs: &'static [Verb],
        answer: StatusKind,
        to: State,
    ) -> Transition {
        Transition { from, verbs, answer, to }
    }
    const INSIDE: &[State] = &[Authenticated, Selected];
    const OPEN: &[State] = &[Selected];
    const SELECT: &[Verb] = &[Verb::Select, Verb::Examine];
    [
        row(&[NotAuthenticated], &[Verb::Authenticate, Verb::Login], Ok, Authenticated),
        row(INSIDE, SELECT, Ok, Selected),
        // RFC 9051 section 6.3.2: the mailbox that was open is closed before the other is tried.
        row(OPEN, SELECT, No, Authenticated),
        row(OPEN, &[Verb::Close, Verb::Unselect], Ok, Authenticated),
        row(INSIDE, &[Verb::Unauthenticate], Ok, NotAuthenticated),
        row(&[NotAuthenticated, Authenticated, Selected], &[Verb::Logout], Ok, Logout),
    ]
};

impl State {
    /// The state behind a greeting; `None` where its status is none of a greeting.
    #[must_use]
    pub const fn greeted(kind: StatusKind) -> Option<Self> {
        match kind {
            StatusKind::Ok => Some(Self::NotAuthenticated),
            StatusKind::Preauth => Some(Self::Authenticated),
            StatusKind::Bye => Some(Self::Logout),
            StatusKind::No | StatusKind::Bad => None,
        }
    }

    /// True when the command may be given in this state.
    #[must_use]
    pub fn allows(self, verb: Verb) -> bool {
        verb.row().legal.contains(self)
    }

    /// The state behind a command with this answer.
    #[must_use]
    pub fn after(self, verb: Verb, answer: StatusKind) -> Self {
        TRANSITIONS
            .iter()
            .find(|row| {
                row.answer == answer && row.verbs.contains(&verb) && row.from.contains(&self)
            })
            .map_or(self, |row| row.to)
    }

    /// True behind login, with a mailbox open or not.
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        matches!(self, Self::Authenticated | Self::Selected)
    }
}

/// True when an answer to the command can change the state: what it means to the commands behind it is
/// not known before.
#[must_use]
pub fn leads_on(verb: Verb) -> bool {
    TRANSITIONS.iter().any(|row| row.verbs.contains(&verb))
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
        let _ = writeln!(out, " {} -> {:?}", row.answer, row.to);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_states() {
        let legal = |state| {
            [Legal::Any, Legal::NotAuthenticated, Legal::Authenticated, Legal::Selected]
                .map(|legal| legal.contains(state))
        };
        assert_eq!(legal(State::Greeting), [false; 4]);
        assert_eq!(legal(State::NotAuthenticated), [true, true, false, false]);
        assert_eq!(legal(State::Authenticated), [true, false, true, false]);
        assert_eq!(legal(State::Selected), [true, false, true, true]);
        assert_eq!(legal(State::Logout), [false; 4]);
    }

    #[test]
    fn the_documentation_shows_the_table() {
        let source = include_str!("state.rs");
        for line in diagram().lines() {
            assert!(source.contains(&alloc::format!("//! {line}\n")), "missing: {line}");
        }
    }

    #[test]
    fn rows_begin_where_the_command_is_legal() {
        for row in &TRANSITIONS {
            for (state, verb) in
                row.from.iter().flat_map(|state| row.verbs.iter().map(move |verb| (state, verb)))
            {
                assert!(state.allows(*verb), "{state:?} {verb}");
            }
        }
    }

    #[test]
    fn a_session_goes_its_way() {
        use StatusKind::{Bad, Bye, No, Ok, Preauth};
        assert_eq!(State::greeted(Preauth), Some(State::Authenticated));
        assert_eq!(State::greeted(Bye), Some(State::Logout));
        assert_eq!(State::greeted(Bad), None);
        let mut state = State::greeted(Ok).unwrap();
        for (verb, answer, expected) in [
            (Verb::Select, Ok, State::NotAuthenticated),
            (Verb::Login, No, State::NotAuthenticated),
            (Verb::Authenticate, Ok, State::Authenticated),
            (Verb::Select, No, State::Authenticated),
            (Verb::Select, Ok, State::Selected),
            (Verb::Examine, Bad, State::Selected),
            (Verb::Examine, No, State::Authenticated),
            (Verb::Examine, Ok, State::Selected),
            (Verb::Close, Ok, State::Authenticated),
            (Verb::Select, Ok, State::Selected),
            (Verb::Unauthenticate, Ok, State::NotAuthenticated),
            (Verb::Login, Ok, State::Authenticated),
            (Verb::Logout, Bad, State::Authenticated),
            (Verb::Logout, Ok, State::Logout),
            (Verb::Login, Ok, State::Logout),
        ] {
            state = state.after(verb, answer);
            assert_eq!(state, expected, "{verb} {answer}");
        }
    }

    #[test]
    fn what_leads_on_is_known() {
        let leading: alloc::vec::Vec<_> =
            Verb::ALL.iter().copied().filter(|verb| leads_on(*verb)).collect();
        let expected = [
            Verb::Logout,
            Verb::Authenticate,
            Verb::Login,
            Verb::Select,
            Verb::Examine,
            Verb::Unauthenticate,
            Verb::Close,
            Verb::Unselect,
        ];
        assert_eq!(leading, expected);
    }
}
