//! What searches need of a server: keys, return options, and the commands that have them.

use super::key::{SearchKey, SearchKeyName};
use super::options::{ReturnOption, ReturnOptionName, ReturnOptions};
use super::{Esearch, Search, SearchProgram};
use crate::element::sequence::SequenceSet;
use crate::extension::{Extension as E, IsMet, Need};

/// The command that return options stand in: what brings them differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchVerb {
    /// SEARCH and UID SEARCH.
    Search,
    /// SORT and UID SORT.
    Sort,
    /// ESEARCH.
    Esearch,
}

impl SearchVerb {
    /// What a server has to offer for return options at all, whichever they are.
    ///
    /// RFC 4731 section 3.1, RFC 5267 sections 3 and 4.1, RFC 9394, RFC 7377 section 2.
    const fn form(self) -> Need {
        match self {
            Self::Search => {
                Need::Offered(E::ESearch, &[E::ContextSearch, E::SearchRes, E::Partial])
            }
            Self::Sort => Need::Offered(E::ESort, &[E::ContextSort, E::Partial]),
            Self::Esearch => Need::of(E::MultiSearch),
        }
    }

    /// What options need and a session has not; none at all ask for all numbers.
    pub(crate) fn options_lack(
        self,
        options: &ReturnOptions<'_>,
        is_met: IsMet<'_>,
    ) -> Option<Need> {
        if options.is_empty() {
            return ReturnOptionName::All.need(self).unmet(is_met);
        }
        let form = self.form().unmet(is_met);
        form.or_else(|| options.iter().find_map(|option| option.lacks(self, is_met)))
    }
}

impl ReturnOptionName {
    /// What a server has to offer for the option in a command.
    #[must_use]
    pub const fn need(self, verb: SearchVerb) -> Need {
        match self {
            Self::Min | Self::Max | Self::All | Self::Count => match verb {
                SearchVerb::Search => Need::of(E::ESearch),
                SearchVerb::Sort => Need::of(E::ESort),
                SearchVerb::Esearch => Need::of(E::MultiSearch),
            },
            Self::Save => Need::of(E::SearchRes),
            Self::Partial => match verb {
                SearchVerb::Sort => Need::Offered(E::Partial, &[E::ContextSort]),
                _ => Need::Offered(E::Partial, &[E::ContextSearch]),
            },
            Self::Context | Self::Update => match verb {
                SearchVerb::Sort => Need::of(E::ContextSort),
                _ => Need::of(E::ContextSearch),
            },
            Self::Relevancy => Need::of(E::SearchFuzzy),
        }
    }
}

impl ReturnOption<'_> {
    fn lacks(&self, verb: SearchVerb, is_met: IsMet<'_>) -> Option<Need> {
        self.name()?.need(verb).unmet(is_met).or_else(|| match self {
            // RFC 5465 section 7.
            Self::Update(items) if !items.is_empty() => Need::of(E::Notify)
                .unmet(is_met)
                .or_else(|| items.iter().find_map(|item| item.need()?.unmet(is_met))),
            _ => None,
        })
    }
}

impl SearchKeyName {
    /// What a server has to offer for the key. Keys inside of it have needs of their own.
    #[must_use]
    pub const fn need(self) -> Option<Need> {
        Some(match self {
            Self::All
            | Self::Answered
            | Self::Bcc
            | Self::Before
            | Self::Body
            | Self::Cc
            | Self::Deleted
            | Self::Draft
            | Self::Flagged
            | Self::From
            | Self::Header
            | Self::Keyword
            | Self::Larger
            | Self::New
            | Self::Not
            | Self::Old
            | Self::On
            | Self::Or
            | Self::Recent
            | Self::Seen
            | Self::SentBefore
            | Self::SentOn
            | Self::SentSince
            | Self::Since
            | Self::Smaller
            | Self::Subject
            | Self::Text
            | Self::To
            | Self::Uid
            | Self::Unanswered
            | Self::Undeleted
            | Self::Undraft
            | Self::Unflagged
            | Self::Unkeyword
            | Self::Unseen => return None,
            // That of its algorithm.
            Self::InThread => return None,
            Self::Older | Self::Younger => Need::of(E::Within),
            Self::ModSeq => Need::CONDSTORE,
            Self::EmailId | Self::ThreadId => Need::of(E::ObjectId),
            Self::Fuzzy => Need::of(E::SearchFuzzy),
            Self::Filter => Need::of(E::Filters),
            Self::SavedBefore | Self::SavedOn | Self::SavedSince | Self::SaveDateSupported => {
                Need::of(E::SaveDate)
            }
            Self::Annotation => Need::of(E::AnnotateExperiment1),
            Self::UidAfter | Self::UidBefore => Need::of(E::MessageLimit),
            Self::XGmRaw | Self::XGmLabels | Self::XGmMsgId | Self::XGmThrId => {
                Need::of(E::XGmExt1)
            }
            Self::Cid => Need::of(E::XConversations),
            Self::MimePart => Need::Offered(E::SearchMimePart, &[E::SearchXMimePart]),
        })
    }
}

impl SearchKey<'_> {
    /// What it needs and a session has not. Keys are at most 32 deep, and so is this.
    fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let own = self.name().and_then(SearchKeyName::need);
        own.and_then(|need| need.unmet(is_met)).or_else(|| match self {
            Self::Set(set) | Self::Uid(set) => set.lacks(is_met),
            Self::Not(key) | Self::Fuzzy(key) => key.lacks(is_met),
            Self::Or(keys) => keys.one().lacks(is_met).or_else(|| keys.other().lacks(is_met)),
            Self::Group(keys) => keys.iter().find_map(|key| key.lacks(is_met)),
            Self::InThread(thread) => thread
                .algorithm
                .need()
                .and_then(|need| need.unmet(is_met))
                .or_else(|| thread.key.lacks(is_met)),
            _ => None,
        })
    }
}

impl SequenceSet<'_> {
    /// What it needs and a session has not: `$` is a result that was saved.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        if self.is_saved() { Need::of(E::SearchRes).unmet(is_met) } else { None }
    }
}

impl SearchProgram<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.keys.iter().find_map(|key| key.lacks(is_met))
    }
}

impl Search<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let options = self.options.as_ref();
        options
            .and_then(|options| SearchVerb::Search.options_lack(options, is_met))
            .or_else(|| self.program.lacks(is_met))
    }
}

impl Esearch<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let options = self.options.as_ref();
        options
            .and_then(|options| SearchVerb::Esearch.options_lack(options, is_met))
            .or_else(|| self.program.lacks(is_met))
    }
}
