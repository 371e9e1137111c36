//! What a command needs of the server, with all of its arguments.
//!
//! Each family says it of its own names and values, next to their grammar: [`FetchName::need`],
//! [`SearchKeyName::need`], [`ReturnOptionName::need`] and so on. [`Verb::need`] says it of the commands, and
//! [`Command::lacks`] puts all of it together. The client asks before it sends, the server before it hands a
//! command over, so that both refuse the same.
//!
//! What IMAP4rev2 holds without a capability of its own ([`Extension::is_in_rev2`]) is for the one who is asked
//! to know: [`Extensions::has`](crate::Extensions::has) and [`ServerConfig::offers`](crate::ServerConfig::offers)
//! do. Not asked for is what is kept as data, what stands inside a value (the resources of SETQUOTA, rights, the
//! parts of URLs), and what RFC 3501 has and RFC 9051 has no more.
//!
//! [`FetchName::need`]: crate::family::fetch::FetchName::need
//! [`SearchKeyName::need`]: crate::family::search::SearchKeyName::need
//! [`ReturnOptionName::need`]: crate::family::search::ReturnOptionName::need

use alloc::vec::Vec;
use core::cell::RefCell;

use crate::command::{Command, Verb};
use crate::extension::{Extension, IsMet, Need};
use crate::family::metadata::need_of;
use crate::family::urlauth;

impl Verb {
    /// What a server has to offer for the command, whatever its arguments are; `None` for the base protocol.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::{Extension, Verb};
    /// assert_eq!(Verb::Move.need().map(|need| need.extension()), Some(Extension::Move));
    /// assert_eq!(Verb::GetQuota.need().unwrap().to_string(), "QUOTA or QUOTA=RES-");
    /// assert_eq!(Verb::Fetch.need(), None);
    /// ```
    #[must_use]
    pub fn need(self) -> Option<Need> {
        use Extension as E;
        let extension = self.row().extension?;
        Some(Need::Offered(
            extension,
            match self {
                Self::Thread | Self::UidThread => &[E::ThreadOrderedSubject, E::ThreadRefs],
                Self::GetMetadata | Self::SetMetadata => &[E::MetadataServer],
                Self::CancelUpdate => &[E::ContextSort],
                // RFC 9208 section 3.1.1, RFC 2087.
                Self::GetQuota | Self::GetQuotaRoot => &[E::QuotaRes],
                Self::SetQuota => &[E::Quota],
                _ => &[],
            },
        ))
    }
}

impl Command<'_> {
    /// The first thing that the command needs and a session has not; `None` where nothing is missing.
    ///
    /// `is_met` says of each [`Need`] whether the session has it: [`Need::is_met`] asks for what is offered and
    /// what was enabled. Nothing is allocated.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::{Command, Extension, ExtensionSet};
    ///
    /// let offered = ExtensionSet::EMPTY.with(Extension::Sort).with(Extension::ESort);
    /// let lacks = |line: &'static str| {
    ///     let command = Command::parse(line.as_bytes()).unwrap();
    ///     let lacks = command.lacks(|need| need.is_met(|one| offered.contains(one), |_| false));
    ///     lacks.map(|need| need.extension())
    /// };
    /// assert_eq!(lacks("SORT RETURN (COUNT) (DATE) UTF-8 UNSEEN"), None);
    /// assert_eq!(lacks("SORT (DISPLAYFROM) UTF-8 UNSEEN"), Some(Extension::SortDisplay));
    /// assert_eq!(lacks("SORT (DATE) UTF-8 OLDER 60"), Some(Extension::Within));
    /// ```
    pub fn lacks(&self, is_met: impl Fn(Need) -> bool) -> Option<Need> {
        let verb = self.name().and_then(Verb::need);
        verb.and_then(|need| need.unmet(&is_met)).or_else(|| self.arguments_lack(&is_met))
    }

    /// All that the command needs, each once.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::{Command, Extension};
    ///
    /// let command = Command::parse(b"UID FETCH 1:* (FLAGS PREVIEW) (CHANGEDSINCE 5 VANISHED)")?;
    /// let needs: Vec<_> = command.needs().iter().map(|need| need.to_string()).collect();
    /// assert_eq!(needs, ["PREVIEW or PREVIEW=FUZZY", "CONDSTORE or QRESYNC", "QRESYNC"]);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let needs = RefCell::new(Vec::new());
        let note = |need| {
            let mut needs = needs.borrow_mut();
            if !needs.contains(&need) {
                needs.push(need);
            }
            true
        };
        // Everything is met, so that nothing is left out.
        let _ = self.lacks(note);
        needs.into_inner()
    }

    /// What the arguments need and a session has not.
    pub(crate) fn arguments_lack(&self, is_met: IsMet<'_>) -> Option<Need> {
        match self {
            Self::Authenticate(auth) if auth.has_initial_response() => {
                Need::of(Extension::SaslIr).unmet(is_met)
            }
            Self::Enable(enable) => enable.lacks(is_met),
            Self::Select(select) | Self::Examine(select) => select.lacks(is_met),
            Self::Create(create) => create.lacks(is_met),
            Self::List(list) => list.lacks(is_met),
            Self::Status(status) => status.lacks(is_met),
            Self::Append(append) => append.lacks(is_met),
            Self::Replace(replace) | Self::UidReplace(replace) => replace.new.lacks(false, is_met),
            Self::GetMetadata(get) => need_of(&get.mailbox).unmet(is_met),
            Self::SetMetadata(set) => need_of(&set.mailbox).unmet(is_met),
            Self::Notify(notify) => notify.lacks(is_met),
            Self::UrlFetch(urls) => urlauth::lacks(urls, is_met),
            Self::Search(search) | Self::UidSearch(search) => search.lacks(is_met),
            Self::Esearch(search) => search.lacks(is_met),
            Self::Sort(sort) | Self::UidSort(sort) => sort.lacks(is_met),
            Self::Thread(thread) | Self::UidThread(thread) => thread.lacks(is_met),
            Self::Fetch(fetch) | Self::UidFetch(fetch) => fetch.lacks(is_met),
            Self::Store(store) | Self::UidStore(store) => store.lacks(is_met),
            Self::Copy(copy) | Self::Move(copy) | Self::UidCopy(copy) | Self::UidMove(copy) => {
                copy.messages.lacks(is_met)
            }
            Self::Convert(convert) | Self::UidConvert(convert) => convert.messages.lacks(is_met),
            Self::UidExpunge(messages) => messages.lacks(is_met),
            // The command itself is all that these need.
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::Id(_)
            | Self::Language(_)
            | Self::StartTls
            | Self::Authenticate(_)
            | Self::Login(_)
            | Self::Delete(_)
            | Self::Rename(_)
            | Self::Subscribe(_)
            | Self::Unsubscribe(_)
            | Self::Lsub(_)
            | Self::Xlist(_)
            | Self::Rlist(_)
            | Self::Rlsub(_)
            | Self::Namespace
            | Self::Idle
            | Self::Compress(_)
            | Self::Unauthenticate
            | Self::SetAcl(_)
            | Self::DeleteAcl(_)
            | Self::GetAcl(_)
            | Self::ListRights(_)
            | Self::MyRights(_)
            | Self::GetQuota(_)
            | Self::GetQuotaRoot(_)
            | Self::SetQuota(_)
            | Self::GetAnnotation(_)
            | Self::SetAnnotation(_)
            | Self::Comparator(_)
            | Self::Conversions(_)
            | Self::GenUrlAuth(_)
            | Self::ResetKey(_)
            | Self::GetJmapAccess
            | Self::XApplePushService(_)
            | Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge
            | Self::CancelUpdate(_)
            | Self::UidBatches(_)
            | Self::Other(_) => None,
        }
    }
}
