//! What a server refuses by itself: order, extensions, policy, forms of messages.

use super::Server;
use super::answer::OwnAnswer;
use super::command::Head;
use super::flight::Flight;
use crate::SyntaxError;
use crate::command::{Command, Verb};
use crate::element::flag::{Flags, SystemFlags};
use crate::element::literal::Literal;
use crate::element::mailbox_filter::MailboxFilter;
use crate::error::PeerError;
use crate::extension::Extension;
use crate::family::append::{AppendData, AppendMessage, CatPart};
use crate::family::fetch::{FetchAttribute, FetchAttributes};
use crate::family::notify::{Event as NotifyEvent, Notify};
use crate::family::store::StoreAction;
use crate::pipelining::Traits;

/// Why a command is refused, and the answer.
pub(super) type Refusal = (PeerError, OwnAnswer);

/// True when EXPUNGE and VANISHED may be sent while this command is in progress.
pub(super) fn may_expunge(flight: &Flight) -> bool {
    use Verb::{Convert, Fetch, Search, Sort, Store, Thread, UidSearch, UidSort, UidThread};
    match flight.verb {
        Some(Fetch | Store | Search | Sort | Thread | Convert) => false,
        // RFC 7162 section 3.2.10.2, and the same holds for EXPUNGE: numbers among the keys.
        Some(UidSearch | UidSort | UidThread) => !flight.traits.contains(Traits::USES_NUMBERS),
        _ => true,
    }
}

/// True for NOTIFY that asks to be told at once what is removed from the open mailbox.
pub(super) fn asks_for_expunges(notify: &Notify<'_>) -> bool {
    match notify {
        Notify::None => false,
        Notify::Set(set) => set.groups().any(|group| {
            matches!(group.filter(), MailboxFilter::Selected)
                && group.events().any(|event| matches!(event, NotifyEvent::MessageExpunge))
        }),
    }
}

impl Server {
    /// Checks the tag and the name of a command.
    pub(super) fn gate_head(&self, head: &Head<'_>) -> Result<(), Refusal> {
        if head.tag.is_none() {
            return Err(super::command::syntax(SyntaxError { rule: "tag", at: 0 }));
        }
        match head.verb {
            Some(verb) => self.gate_verb(verb),
            None if self.config.deliver_unknown_commands => Ok(()),
            None => Err((PeerError::NotImplemented, OwnAnswer::Unknown)),
        }
    }

    /// Checks that a command is offered and possible now, whatever stands behind its name.
    fn gate_verb(&self, verb: Verb) -> Result<(), Refusal> {
        let sequence = PeerError::BadSequence { verb, state: self.state };
        if !self.is_offered(verb) {
            return Err((PeerError::NotImplemented, OwnAnswer::NotOffered));
        }
        if !self.state.allows(verb) {
            return Err((sequence, OwnAnswer::NotInState));
        }
        match verb {
            Verb::StartTls if self.flags.tls => Err((sequence, OwnAnswer::TlsActive)),
            Verb::StartTls if self.flags.compressed => Err((sequence, OwnAnswer::NotInState)),
            Verb::Compress if self.flags.compressed => {
                Err((sequence, OwnAnswer::CompressionActive))
            }
            Verb::Login | Verb::Authenticate if !self.config.may_authenticate(self.flags.tls) => {
                Err((PeerError::NotAuthorized, OwnAnswer::TlsFirst))
            }
            Verb::Login if !self.config.login => {
                Err((PeerError::NotImplemented, OwnAnswer::NotOffered))
            }
            verb if self.flags.uid_only && verb.is_by_number() => {
                Err((sequence, OwnAnswer::UidRequired))
            }
            _ => Ok(()),
        }
    }

    fn is_offered(&self, verb: Verb) -> bool {
        use Extension as E;
        match (verb, verb.row().extension) {
            // More than one extension has these.
            (Verb::Thread | Verb::UidThread, _) => self.config.offers_any(&[
                E::ThreadReferences,
                E::ThreadOrderedSubject,
                E::ThreadRefs,
            ]),
            (Verb::GetMetadata | Verb::SetMetadata, _) => {
                self.config.offers_any(&[E::Metadata, E::MetadataServer])
            }
            (Verb::CancelUpdate, _) => self.config.offers_any(&[E::ContextSearch, E::ContextSort]),
            (Verb::GetQuota | Verb::GetQuotaRoot, _) => {
                self.config.offers_any(&[E::Quota, E::QuotaRes])
            }
            (Verb::SetQuota, _) => self.config.offers_any(&[E::Quota, E::QuotaSet]),
            (_, Some(extension)) => self.config.offers(extension),
            (_, None) => true,
        }
    }

    /// Checks a command that is well formed.
    pub(super) fn gate(&self, command: &Command<'_>) -> Result<(), Refusal> {
        match command {
            Command::Authenticate(auth) => {
                if !self.config.has_mechanism(auth.mechanism.as_str()) {
                    return Err((PeerError::NotImplemented, OwnAnswer::UnknownMechanism));
                }
                match auth.initial_response() {
                    Some(_) if !self.config.offers(Extension::SaslIr) => {
                        Err((PeerError::NotImplemented, OwnAnswer::NoInitialResponse))
                    }
                    Some(Err(_)) => Err((PeerError::NotBase64, OwnAnswer::NotBase64)),
                    _ => Ok(()),
                }
            }
            Command::Compress(algorithm)
                if !algorithm.as_bytes().eq_ignore_ascii_case(b"DEFLATE") =>
            {
                Err((PeerError::NotImplemented, OwnAnswer::UnknownCompression))
            }
            Command::Id(id) if id.exceeds() => {
                Err(super::command::syntax(SyntaxError { rule: "id-params-list", at: 0 }))
            }
            Command::Store(store) | Command::UidStore(store) => {
                if let StoreAction::Flags { flags, .. } = &store.action {
                    gate_flags(flags)?;
                }
                Ok(())
            }
            Command::Fetch(fetch) | Command::UidFetch(fetch) => {
                self.gate_attributes(&fetch.attributes)
            }
            command => self.gate_messages(command),
        }
    }

    /// A part is in no more parts than lists may be in lists.
    fn gate_attributes(&self, attributes: &FetchAttributes<'_>) -> Result<(), Refusal> {
        let deepest = usize::from(self.config.limits.response_nesting);
        let is_deep = |attribute| match attribute {
            FetchAttribute::Section(request) => {
                request.section().part.iter().nth(deepest).is_some()
            }
            FetchAttribute::Binary(request) => request.section().0.iter().nth(deepest).is_some(),
            FetchAttribute::BinarySize(section) => section.0.iter().nth(deepest).is_some(),
            _ => false,
        };
        match attributes.iter().any(is_deep) {
            true => Err(super::command::syntax(SyntaxError { rule: "section-part", at: 0 })),
            false => Ok(()),
        }
    }

    /// UIDONLY: no sequence numbers, neither as argument nor as search key.
    pub(super) fn gate_numbers(&self, verb: Option<Verb>, traits: Traits) -> Result<(), Refusal> {
        match verb {
            Some(verb) if self.flags.uid_only && traits.contains(Traits::USES_NUMBERS) => {
                let error = PeerError::BadSequence { verb, state: self.state };
                Err((error, OwnAnswer::UidRequired))
            }
            _ => Ok(()),
        }
    }

    /// Checks the messages of APPEND and REPLACE that stand in a frame.
    pub(super) fn gate_messages(&self, command: &Command<'_>) -> Result<(), Refusal> {
        match command {
            Command::Append(append) => append
                .messages()
                .enumerate()
                .try_for_each(|(index, message)| self.gate_message(message, index > 0)),
            Command::Replace(replace) | Command::UidReplace(replace) => {
                self.gate_message(&replace.new, false)
            }
            _ => Ok(()),
        }
    }

    /// Checks one message; with `more` it is not the first of its command.
    pub(super) fn gate_message(
        &self,
        message: &AppendMessage<'_>,
        more: bool,
    ) -> Result<(), Refusal> {
        let offered = |extension| match self.config.offers(extension) {
            true => Ok(()),
            false => Err((PeerError::NotImplemented, OwnAnswer::FormNotOffered)),
        };
        if more {
            offered(Extension::MultiAppend)?;
        }
        message.flags.as_ref().map_or(Ok(()), gate_flags)?;
        match &message.data {
            AppendData::Message(literal) => self.gate_literal(literal, true)?,
            AppendData::Utf8(literal) => {
                offered(Extension::Utf8Accept)?;
                self.gate_literal(literal, true)?;
            }
            AppendData::Catenate(parts) => {
                offered(Extension::Catenate)?;
                self.gate_parts(parts.parts())?;
            }
            AppendData::Other(_) => {}
        }
        self.gate_size(message_size(message))
    }

    /// Checks parts of CATENATE.
    pub(super) fn gate_parts(&self, parts: &[CatPart<'_>]) -> Result<(), Refusal> {
        parts.iter().try_for_each(|part| match part {
            CatPart::Text(literal) => self.gate_literal(literal, false),
            CatPart::Utf8(_) if !self.config.offers(Extension::Utf8Accept) => {
                Err((PeerError::NotImplemented, OwnAnswer::FormNotOffered))
            }
            _ => Ok(()),
        })
    }

    /// A size of a whole message.
    pub(super) fn gate_size(&self, size: u64) -> Result<(), Refusal> {
        let limit = self.config.limits.message;
        if size > limit {
            let error = PeerError::Limit { name: "message", limit };
            return Err((error, OwnAnswer::MessageTooLarge));
        }
        Ok(())
    }

    fn gate_literal(&self, literal: &Literal<'_>, whole: bool) -> Result<(), Refusal> {
        if literal.is_binary()
            && !self.config.offers_any(&[Extension::Binary, Extension::Utf8Accept])
        {
            return Err((PeerError::NotImplemented, OwnAnswer::BinaryNotOffered));
        }
        // RFC 3502 section 6.3.11: an empty message is how a client gives up.
        if whole && literal.size() == 0 {
            let error = PeerError::Syntax(SyntaxError { rule: "literal", at: 0 });
            return Err((error, OwnAnswer::EmptyMessage));
        }
        Ok(())
    }
}

/// A client sets neither `\\Recent` nor `\\*`.
fn gate_flags(flags: &Flags<'_>) -> Result<(), Refusal> {
    let system = flags.system();
    if system.contains(SystemFlags::RECENT) || system.contains(SystemFlags::WILDCARD) {
        return Err(super::command::syntax(SyntaxError { rule: "flag", at: 0 }));
    }
    Ok(())
}

/// The octets that the client gives of a message.
pub(super) fn message_size(message: &AppendMessage<'_>) -> u64 {
    match &message.data {
        AppendData::Message(literal) | AppendData::Utf8(literal) => literal.size(),
        AppendData::Catenate(parts) => parts_size(parts.parts()),
        AppendData::Other(_) => 0,
    }
}

/// The octets that the client gives of parts of a message.
pub(super) fn parts_size(parts: &[CatPart<'_>]) -> u64 {
    parts.iter().fold(0, |sum: u64, part| match part {
        CatPart::Text(literal) | CatPart::Utf8(literal) => sum.saturating_add(literal.size()),
        _ => sum,
    })
}
