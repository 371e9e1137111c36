//! The commands that are in progress: those that the application has and did not answer yet.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::command::Verb;
use crate::pipelining::Traits;

/// Names a command of this session that is in progress. Tags may be used twice by a client, tickets
/// are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub(super) u32);

/// A command in progress.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    pub(super) ticket: Ticket,
    /// `None` for a command that is not known here.
    pub(super) verb: Option<Verb>,
    pub(super) traits: Traits,
    tag: TagOctets,
}

/// Octets of a tag that fit into the machine itself: most do.
const SHORT: usize = 22;

#[derive(Debug, Clone)]
enum TagOctets {
    Short { len: u8, octets: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Flight {
    pub(super) fn new(ticket: Ticket, tag: &[u8], verb: Option<Verb>, traits: Traits) -> Self {
        let mut octets = [0; SHORT];
        let tag = match (octets.get_mut(..tag.len()), u8::try_from(tag.len())) {
            (Some(to), Ok(len)) => {
                to.copy_from_slice(tag);
                TagOctets::Short { len, octets }
            }
            _ => TagOctets::Long(tag.into()),
        };
        Self { ticket, verb, traits, tag }
    }

    /// The tag, as the answer repeats it.
    pub(super) fn tag(&self) -> &[u8] {
        match &self.tag {
            TagOctets::Short { len, octets } => octets.get(..usize::from(*len)).unwrap_or_default(),
            TagOctets::Long(octets) => octets,
        }
    }
}

/// All commands in progress, the newest last. One of them needs no heap memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights {
    first: Option<Flight>,
    more: Vec<Flight>,
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { first: None, more: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()).saturating_add(self.more.len())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn push(&mut self, flight: Flight) {
        match &self.first {
            None => self.first = Some(flight),
            Some(_) => self.more.push(flight),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Flight> {
        self.first.iter().chain(&self.more)
    }

    pub(super) fn find(&self, ticket: Ticket) -> Option<&Flight> {
        self.iter().find(|flight| flight.ticket == ticket)
    }

    /// The command that came last.
    pub(super) fn last(&self) -> Option<&Flight> {
        self.more.last().or(self.first.as_ref())
    }

    /// Takes a command away.
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<Flight> {
        let next = if self.first.as_ref().is_some_and(|flight| flight.ticket == ticket) {
            let next = (!self.more.is_empty()).then(|| self.more.remove(0));
            core::mem::replace(&mut self.first, next)
        } else {
            let at = self.more.iter().position(|flight| flight.ticket == ticket)?;
            Some(self.more.remove(at))
        };
        if self.more.is_empty() {
            // The room goes back: an idle session has none.
            self.more = Vec::new();
        }
        next
    }

    /// Takes the command away that came last.
    pub(super) fn remove_last(&mut self) -> Option<Flight> {
        let ticket = self.last()?.ticket;
        self.remove(ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_end_in_any_order() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
            let mut flights = Flights::new();
            for number in 0..3 {
                let tag = [b'a'; 40];
                let tag = &tag[..usize::try_from(number * 19 + 1).unwrap()];
                flights.push(Flight::new(Ticket(number), tag, None, Traits::NONE));
            }
            assert_eq!((flights.len(), flights.last().unwrap().ticket), (3, Ticket(2)));
            for number in order {
                let flight = flights.remove(Ticket(number)).unwrap();
                assert_eq!(flight.tag().len(), usize::try_from(number * 19 + 1).unwrap());
                assert!(flights.remove(Ticket(number)).is_none());
            }
            assert!(flights.is_empty() && flights.more.capacity() == 0);
        }
    }

    #[test]
    fn a_command_in_progress_is_small() {
        assert!(size_of::<Flight>() <= 32 && size_of::<Option<Flight>>() <= 32);
    }
}
