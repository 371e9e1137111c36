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
    /// The application's answer to a known verb.
    Verb(Verb),
    /// The application's answer to a verb that is kept as data.
    Other,
    /// The application's answers to a whole message: one, or one per recipient.
    Results,
    /// The machine's own answer, that waits for its turn.
    Own(OwnAnswer),
}

/// The machine's own answers have this bit.
const OWN: u8 = 0x80;
const GREETING: u8 = 0x40;
const OTHER: u8 = 0x41;
const RESULTS: u8 = 0x42;

impl owed::Due for Due {
    fn to_octet(self) -> u8 {
        match self {
            Self::Greeting => GREETING,
            Self::Verb(verb) => verb as u8,
            Self::Other => OTHER,
            Self::Results => RESULTS,
            Self::Own(answer) => OWN | answer.to_octet(),
        }
    }

    fn from_octet(octet: u8) -> Option<Self> {
        Some(match octet {
            GREETING => Self::Greeting,
            OTHER => Self::Other,
            RESULTS => Self::Results,
            octet if octet & OWN != 0 => Self::Own(OwnAnswer::from_octet(octet & !OWN)),
            octet => Self::Verb(*Verb::ALL.get(usize::from(octet))?),
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
            Due::Verb(Verb::Xforward),
            Due::Own(OwnAnswer::Usage(Verb::Mail)),
            Due::Own(OwnAnswer::WrongProtocol),
            Due::Other,
            Due::Results,
        ];
        for due in all {
            owed.push(due);
        }
        for due in all {
            assert_eq!(owed.first(), Some(due));
            owed.pop();
        }
        for &verb in Verb::ALL {
            owed.push(Due::Verb(verb));
            assert_eq!(owed.first(), Some(Due::Verb(verb)));
            owed.pop();
        }
    }
}
