//! What a server refuses by itself: order, extensions, policy, forms of messages.

use super::Server;
use super::answer::OwnAnswer;
use super::command::Head;
use super::flight::Flight;
use crate::SyntaxError;
use crate::command::{Command, Verb};
use crate::element::flag::{Flags, SystemFlags};
use crate::element::mailbox::Mailbox;
use crate::error::PeerError;
use crate::extension::{Extension, Need};
use crate::family::append::{AppendData, AppendMessage, CatPart};
use crate::family::fetch::{FetchAttribute, FetchAttributes};
use crate::family::metadata::need_of;
use crate::family::store::StoreAction;
use crate::pipelining::Traits;
use crate::state::Legal;

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
        if verb.need().is_some_and(|need| !self.has(need)) {
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

    /// True when the server offers it, or the client has enabled it.
    pub(super) fn has(&self, need: Need) -> bool {
        let enabled = |extension| match extension {
            Extension::QResync => self.flags.qresync,
            Extension::Utf8Accept => self.flags.utf8_accept,
            Extension::UidOnly => self.flags.uid_only,
            _ => false,
        };
        need.is_met(|extension| self.config.offers(extension), enabled)
    }

    /// Refuses what needs something that the session has not.
    fn refuse_lack(lacks: Option<Need>) -> Result<(), Refusal> {
        match lacks {
            Some(need) => Err((PeerError::Lacks(need), OwnAnswer::Lacks(need))),
            None => Ok(()),
        }
    }

    /// Checks a command that is well formed, or what stands before the literal at the end of its frame.
    pub(super) fn gate(&self, command: &Command<'_>) -> Result<(), Refusal> {
        // What is not known in ENABLE is passed over: RFC 5161 section 3.1.
        if !matches!(command, Command::Enable(_)) {
            Self::refuse_lack(command.arguments_lack(&|need| self.has(need)))?;
        }
        if self.flags.no_mod_seq {
            gate_mod_seq(command)?;
        }
        match command {
            Command::Authenticate(auth) => {
                if !self.config.has_mechanism(auth.mechanism.as_str()) {
                    return Err((PeerError::NotImplemented, OwnAnswer::UnknownMechanism));
                }
                match auth.initial_response() {
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
            Command::Append(append) => {
                append.messages().try_for_each(|message| self.gate_message(message))
            }
            Command::Replace(replace) | Command::UidReplace(replace) => {
                self.gate_message(&replace.new)
            }
            _ => Ok(()),
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
        match attributes.may_have_dots(deepest) && attributes.iter().any(is_deep) {
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

    /// Checks messages that stand behind others in a command.
    pub(super) fn gate_more(&self, messages: &[AppendMessage<'_>]) -> Result<(), Refusal> {
        messages.iter().try_for_each(|message| {
            Self::refuse_lack(message.lacks(true, &|need| self.has(need)))?;
            self.gate_message(message)
        })
    }

    /// Checks one message.
    fn gate_message(&self, message: &AppendMessage<'_>) -> Result<(), Refusal> {
        message.flags.as_ref().map_or(Ok(()), gate_flags)?;
        // RFC 3502 section 6.3.11: an empty message is how a client gives up.
        if let AppendData::Message(literal) | AppendData::Utf8(literal) = &message.data {
            if literal.size() == 0 {
                let error = PeerError::Syntax(SyntaxError { rule: "literal", at: 0 });
                return Err((error, OwnAnswer::EmptyMessage));
            }
        }
        self.gate_size(message_size(message))
    }

    /// Checks parts of CATENATE.
    pub(super) fn gate_parts(&self, parts: &[CatPart<'_>]) -> Result<(), Refusal> {
        let mut parts = parts.iter();
        Self::refuse_lack(parts.find_map(|part| part.lacks(&|need| self.has(need))))
    }

    /// Checks whose annotations are changed, before a large one comes.
    pub(super) fn gate_annotations(&self, mailbox: &Mailbox<'_>) -> Result<(), Refusal> {
        Self::refuse_lack(need_of(mailbox).unmet(&|need| self.has(need)))
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
}

/// A client sets neither `\\Recent` nor `\\*`.
fn gate_flags(flags: &Flags<'_>) -> Result<(), Refusal> {
    let system = flags.system();
    if system.contains(SystemFlags::RECENT) || system.contains(SystemFlags::WILDCARD) {
        return Err(super::command::syntax(SyntaxError { rule: "flag", at: 0 }));
    }
    Ok(())
}

/// RFC 7162 section 3.1.2.2: what asks for mod-sequences is refused where the open mailbox has none.
fn gate_mod_seq(command: &Command<'_>) -> Result<(), Refusal> {
    let of_mailbox = command.name().is_some_and(|verb| verb.row().legal == Legal::Selected);
    match command.arguments_lack(&|need| need != Need::CONDSTORE) {
        Some(need) if of_mailbox => Err((PeerError::Lacks(need), OwnAnswer::NoModSeq)),
        _ => Ok(()),
    }
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
