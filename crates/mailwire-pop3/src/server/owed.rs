//! The answers that a server owes, in the order of the commands.

use mailwire_core::owed;

use super::answer::OwnAnswer;
use crate::command::Verb;

/// The answers, in order. [`Limits::pipeline`](crate::Limits::pipeline) is at most 16.
pub(super) type Owed = owed::Owed<Due>;

/// What is owed for one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The greeting.
    Greeting,
    /// The application's answer to a known verb, and whether it had the argument that it can do
    /// without.
    Verb(Verb, bool),
    /// The application's answer to a verb that is kept as data.
    Other,
    /// The machine's own answer, that waits for its turn.
    Own(OwnAnswer),
}

/// The machine's own answers have this bit.
const OWN: u8 = 0x80;
const GREETING: u8 = 0x40;
const OTHER: u8 = 0x41;
/// Verbs with an argument have this bit.
const GIVEN: u8 = 0x20;

impl owed::Due for Due {
    fn to_octet(self) -> u8 {
        match self {
            Self::Greeting => GREETING,
            Self::Verb(verb, false) => verb as u8,
            Self::Verb(verb, true) => GIVEN | verb as u8,
            Self::Other => OTHER,
            Self::Own(answer) => OWN | answer.to_octet(),
        }
    }

    fn from_octet(octet: u8) -> Option<Self> {
        Some(match octet {
            GREETING => Self::Greeting,
            OTHER => Self::Other,
            octet if octet & OWN != 0 => Self::Own(OwnAnswer::from_octet(octet & !OWN)),
            octet => {
                let verb = *Verb::ALL.get(usize::from(octet & !GIVEN))?;
                Self::Verb(verb, octet & GIVEN != 0)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_an_octet() {
        let mut owed = Owed::new();
        let all = [
            Due::Greeting,
            Due::Verb(Verb::Quit, false),
            Due::Verb(Verb::List, true),
            Due::Own(OwnAnswer::Usage(Verb::Top)),
            Due::Own(OwnAnswer::WrongProtocol),
            Due::Other,
        ];
        for due in all {
            owed.push(due);
        }
        for due in all {
            assert_eq!(owed.first(), Some(due));
            owed.pop();
        }
        for &verb in Verb::ALL {
            owed.push(Due::Verb(verb, true));
            assert_eq!(owed.first(), Some(Due::Verb(verb, true)));
            owed.pop();
        }
    }
}
