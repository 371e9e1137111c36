//! Which command untagged data is of.

use super::{Client, Ticket};
use crate::code::{Code, CodeName};
use crate::command::Verb;
use crate::response::{Data, DataName};

impl Client {
    /// The command that asked for this data: the one that it names, or the only one in flight that asks for
    /// such.
    #[inline]
    pub(super) fn asked_by(&self, frame: &[u8], data: &Data<'_>) -> Option<Ticket> {
        match named_by(frame, data) {
            // A search may be kept up to date when it is over, so that it needs not be in flight.
            Some(tag) => {
                Ticket::of_tag(tag).filter(|ticket| ticket.0 <= self.tickets && ticket.0 > 0)
            }
            None => self.only(asked_with(data)),
        }
    }

    /// The only command in flight that is one of these.
    pub(super) fn only(&self, verbs: &[Verb]) -> Option<Ticket> {
        if verbs.is_empty() {
            return None;
        }
        let mut fitting = self.commands.iter().take(self.sent).filter(|command| {
            command.verb.is_some_and(|verb| verbs.contains(&verb)) && self.written >= command.end
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.ticket)
    }
}

/// The tag that stands in the data.
fn named_by<'f>(frame: &'f [u8], data: &Data<'_>) -> Option<&'f [u8]> {
    match data {
        Data::Esearch(_) | Data::UidBatches(_) | Data::Converted(_) => {
            let mut rest = behind(frame, b"(TAG ")?;
            if let [b'"', text @ ..] = rest {
                rest = text;
            }
            rest.split(|octet| matches!(octet, b'"' | b' ' | b')')).next()
        }
        Data::Condition(status) => match status.code() {
            Some(Code::InProgress(state)) => {
                state.tag.as_ref()?;
                let rest = behind(frame, b"(\"")?;
                rest.split(|octet| *octet == b'"').next()
            }
            _ => None,
        },
        _ => None,
    }
}

/// What stands behind the first of these words; they stand near the beginning.
fn behind<'f>(frame: &'f [u8], words: &[u8]) -> Option<&'f [u8]> {
    const NEAR: usize = 64;
    let near = frame.get(..NEAR).unwrap_or(frame);
    let at = near.windows(words.len()).position(|window| window.eq_ignore_ascii_case(words))?;
    frame.get(at.saturating_add(words.len())..)
}

/// The commands that ask for such data.
pub(super) fn asked_with(data: &Data<'_>) -> &'static [Verb] {
    use Verb as V;
    let name = match data {
        Data::Fetch(_) | Data::UidFetch(_) => return FETCHES,
        Data::Exists(_) | Data::Recent(_) => return &[V::Select, V::Examine],
        Data::Converted(_) => return &[V::Convert, V::UidConvert],
        Data::Expunge(_) => return REMOVES,
        Data::Condition(status) => {
            return status.code().and_then(Code::name).map_or(&[], asked_with_code);
        }
        data => data.name(),
    };
    let Some(name) = name else { return &[] };
    match name {
        DataName::Capability => &[V::Capability],
        DataName::Enabled => &[V::Enable],
        DataName::Id => &[V::Id],
        DataName::Flags => &[V::Select, V::Examine],
        DataName::List => &[V::List, V::Rlist, V::Select, V::Examine],
        DataName::Lsub => &[V::Lsub, V::Rlsub],
        DataName::Xlist => &[V::Xlist],
        DataName::Search => &[V::Search, V::UidSearch],
        DataName::Esearch => &[V::Search, V::UidSearch, V::Sort, V::UidSort, V::Esearch],
        DataName::Sort => &[V::Sort, V::UidSort],
        DataName::Thread => &[V::Thread, V::UidThread],
        DataName::Status => &[V::Status, V::List],
        DataName::Namespace => &[V::Namespace],
        DataName::Vanished => {
            &[V::UidFetch, V::Select, V::Examine, V::Expunge, V::UidExpunge, V::Move, V::UidMove]
        }
        DataName::Conversion => &[V::Conversions],
        DataName::Acl => &[V::GetAcl],
        DataName::ListRights => &[V::ListRights],
        DataName::MyRights => &[V::MyRights, V::List],
        DataName::Quota => &[V::GetQuota, V::GetQuotaRoot, V::SetQuota],
        DataName::QuotaRoot => &[V::GetQuotaRoot],
        DataName::Metadata => &[V::GetMetadata, V::List],
        DataName::Annotation => &[V::GetAnnotation],
        DataName::Language => &[V::Language],
        DataName::Comparator => &[V::Comparator],
        DataName::GenUrlAuth => &[V::GenUrlAuth],
        DataName::UrlFetch => &[V::UrlFetch],
        DataName::JmapAccess => &[V::GetJmapAccess],
        DataName::UidBatches => &[V::UidBatches],
        DataName::XApplePushService => &[V::XApplePushService],
    }
}

/// The commands that are answered with a message.
pub(super) const FETCHES: &[Verb] = &[Verb::Fetch, Verb::UidFetch, Verb::Store, Verb::UidStore];

const REMOVES: &[Verb] =
    &[Verb::Expunge, Verb::UidExpunge, Verb::Move, Verb::UidMove, Verb::Replace, Verb::UidReplace];

/// The commands that are told something by an untagged status with such a code.
fn asked_with_code(code: CodeName) -> &'static [Verb] {
    match code {
        CodeName::PermanentFlags
        | CodeName::UidNext
        | CodeName::UidValidity
        | CodeName::Unseen
        | CodeName::HighestModSeq
        | CodeName::NoModSeq
        | CodeName::MailboxId
        | CodeName::Closed
        | CodeName::UidNotSticky
        | CodeName::Annotations => &[Verb::Select, Verb::Examine],
        CodeName::CopyUid => &[Verb::Copy, Verb::UidCopy, Verb::Move, Verb::UidMove],
        CodeName::AppendUid => &[Verb::Append, Verb::Replace, Verb::UidReplace],
        _ => &[],
    }
}
