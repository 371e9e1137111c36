//! Which command untagged data is of.

use super::{Client, Ticket};
use crate::code::{Code, CodeName};
use crate::command::Verb;
use crate::element::tag::Tag;
use crate::response::{Data, DataName};

impl Client {
    /// The command that asked for this data: the one that it names, or the only one in flight that asks for
    /// such.
    #[inline]
    pub(super) fn asked_by(&self, data: &Data<'_>) -> Option<Ticket> {
        match named_by(data) {
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
fn named_by<'d>(data: &'d Data<'_>) -> Option<&'d [u8]> {
    match data {
        Data::Esearch(found) => found.correlator.tag.as_ref().map(Tag::as_bytes),
        Data::UidBatches(batches) => batches.correlator.tag.as_ref().map(Tag::as_bytes),
        Data::Converted(converted) => Some(converted.tag.as_bytes()),
        Data::Condition(status) => match status.code() {
            Some(Code::InProgress(state)) => state.tag.as_ref().map(Tag::as_bytes),
            Some(Code::NoUpdate(tag)) => Some(tag.0.as_bytes()),
            _ => None,
        },
        _ => None,
    }
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
        DataName::Metadata => METADATA,
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

/// The commands that are answered with annotations of mailboxes.
pub(super) const METADATA: &[Verb] = &[Verb::GetMetadata, Verb::List];
pub(super) const URL_FETCH: &[Verb] = &[Verb::UrlFetch];

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
