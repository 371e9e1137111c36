//! The states of a session, and which commands are legal where. It knows neither role nor bytes.

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
}
