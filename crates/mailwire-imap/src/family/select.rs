//! Opening and closing mailboxes: SELECT, EXAMINE, CLOSE and UNSELECT.
//!
//! CLOSE and UNSELECT (RFC 9051 sections 6.4.1 and 6.4.2) have no arguments: they are
//! [`Command::Close`](crate::Command::Close), which also removes what is marked as deleted and says nothing
//! of it, and [`Command::Unselect`](crate::Command::Unselect), which removes nothing.

use alloc::boxed::Box;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::items::{ItemList, item};
use crate::element::mailbox::Mailbox;
use crate::element::mod_seq::ModSeq;
use crate::element::number::NzNumber;
use crate::element::object_id::ObjectId;
use crate::element::parameter::{LABEL, Parameter};
use crate::element::sequence::UidSet;
use crate::extension::{Extension, IsMet, Need};
use crate::token::{ATOM_CHAR, close, open, sp};
use crate::tolerance::Deviation;

/// The arguments of SELECT and EXAMINE: the mailbox to open, and how.
///
/// RFC 9051 sections 6.3.2 and 6.3.3; parameters from RFC 4466 section 2.1.
///
/// # Grammar
/// ```abnf
/// select        = "SELECT" SP mailbox [select-params]
/// examine       = "EXAMINE" SP mailbox [select-params]
/// select-params = SP "(" select-param *(SP select-param) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211))
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `list`, `SP`, and those of [`SelectParameter`].
///
/// # Example
/// ```
/// use mailwire_imap::family::select::{Select, SelectParameter};
///
/// let select = Select::parse(b"INBOX (CONDSTORE)")?;
/// assert!(select.mailbox.is_inbox());
/// assert!(select.parameters.contains(&SelectParameter::CondStore));
/// assert_eq!(select.to_bytes(), b"INBOX (CONDSTORE)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// How it is opened; mostly none.
    pub parameters: ItemList<'a, SelectParameter<'static>>,
}

dispatch! {
    /// How a mailbox is opened.
    ///
    /// RFC 4466 section 2.1, RFC 7162 (CONDSTORE, QRESYNC), RFC 5257 (ANNOTATE).
    ///
    /// # Grammar
    /// ```abnf
    /// select-param      = select-param-name [SP select-param-value]
    /// select-param-name = tagged-ext-label
    /// select-param      =/ "CONDSTORE" / "ANNOTATE" / "QRESYNC" SP "(" ... ")"
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 SELECT INBOX (CONDSTORE)
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `tagged-ext-label`, `tagged-ext-val`, `SP`, and those of [`QResync`].
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::select::SelectParameter;
    ///
    /// assert_eq!(SelectParameter::parse(b"condstore")?, SelectParameter::CondStore);
    /// assert!(matches!(SelectParameter::parse(b"X-NEW 1")?, SelectParameter::Other(_)));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum SelectParameter<'a> {
        /// Modification sequences are told from now on.
        CondStore = "CONDSTORE",
        /// Changes since a point in time are told.
        QResync(Box<QResync<'a>>) = "QRESYNC",
        /// Annotations of messages are told of.
        Annotate = "ANNOTATE",
    }
    others {
        /// A parameter that is not known here.
        Other(SelectExtension<'a>),
    }
    /// The parameters that are known here, by name.
    pub enum SelectParameterName: "select-param-name" in LABEL;
}

/// A parameter of SELECT or EXAMINE that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectExtension<'a>(Parameter<'a>);

/// What the client knows of a mailbox that it opens again, so that the server tells what changed.
///
/// RFC 7162 section 3.2.5.
///
/// # Grammar
/// ```abnf
/// select-param   =/  "QRESYNC" SP "(" uidvalidity SP mod-sequence-value
///                    [SP known-uids] [SP seq-match-data] ")"
/// known-uids     =  sequence-set
///                   ; Sequence of UIDs; "*" is not allowed.
/// ```
/// Deviation: [`ZeroNumber`](Deviation::ZeroNumber).
///
/// # Wire
/// ```text
/// C: A1 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `QRESYNC`, `nz-number`, `mod-sequence-value`, `uid-set`, `uniqueid`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::select::QResync;
///
/// let known = QResync::parse(b"(67890007 20050715194045000 41,43:211 (1,5 41,50))")?;
/// assert_eq!(known.mod_seq().get(), 20_050_715_194_045_000);
/// assert_eq!(known.known_uids().unwrap().count(), 170);
/// assert_eq!(known.sequence_match().unwrap().uids.count(), 2);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QResync<'a> {
    uid_validity: NzNumber,
    mod_seq: ModSeq,
    known_uids: Option<UidSet<'a>>,
    sequence_match: Option<SequenceMatch<'a>>,
}

/// Some message sequence numbers that the client knows, and the UIDs that belong to them, both ascending.
///
/// RFC 7162 section 3.2.5.2.
///
/// # Grammar
/// ```abnf
/// seq-match-data =  "(" known-sequence-set SP known-uid-set ")"
///                   ; "*" is not allowed in either.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceMatch<'a> {
    /// The sequence numbers.
    pub sequence: UidSet<'a>,
    /// Their UIDs.
    pub uids: UidSet<'a>,
}

/// The identifier of a mailbox, in parentheses: a code, and an item of STATUS.
///
/// RFC 8474 section 4.
///
/// # Grammar
/// ```abnf
/// resp-text-code =/ "MAILBOXID" SP "(" objectid ")"
/// status-att-val =/ "MAILBOXID" SP "(" objectid ")"
/// ```
///
/// # Wire
/// ```text
/// S: * OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Ok
/// ```
///
/// # Limits
/// 255 octets.
///
/// # Errors
/// `MAILBOXID`, `objectid`.
///
/// # Example
/// ```
/// use mailwire_imap::family::select::MailboxId;
///
/// assert_eq!(MailboxId::parse(b"(F2212ea87)")?.0.as_str(), "F2212ea87");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MailboxId<'a>(pub ObjectId<'a>);

/// What annotations the messages of a mailbox take: the value of the code ANNOTATIONS.
///
/// RFC 5257 section 4.1.
///
/// # Grammar
/// ```abnf
/// ann-size = "NONE" / (("READ-ONLY" / nz-number) [SP "NOPRIVATE"])
/// ```
/// Deviation: [`ZeroNumber`](Deviation::ZeroNumber).
///
/// # Wire
/// ```text
/// S: * OK [ANNOTATIONS 20480 NOPRIVATE]
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `ann-size`.
///
/// # Example
/// ```
/// use mailwire_imap::family::select::Annotations;
///
/// let Annotations::Size { size, private } = Annotations::parse(b"20480 NOPRIVATE")? else { panic!() };
/// assert!(size.get().unwrap().get() == 20480 && !private);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Annotations {
    /// None.
    None,
    /// They can be read and not changed.
    ReadOnly {
        /// True where private annotations are supported too.
        private: bool,
    },
    /// They can be changed.
    Size {
        /// The most octets of a value.
        size: NzNumber,
        /// True where private annotations are supported too.
        private: bool,
    },
}

wire_api!(Deviation, Mode: Select, SelectParameter, QResync, MailboxId);
wire_api!(Deviation, Mode: copy Annotations);
owned_already!(Annotations);
into_owned!(struct Select { mailbox, parameters });
into_owned!(struct QResync { uid_validity, mod_seq, known_uids, sequence_match });
into_owned!(struct SequenceMatch { sequence, uids });
into_owned!(@impl SelectExtension, self => { SelectExtension(self.0.into_owned()) });
into_owned!(@impl MailboxId, self => { MailboxId(self.0.into_owned()) });
item!(SelectParameter);

impl<'a> Wire<'a> for Select<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, parameters) = ItemList::parse_optional(rest, cx)?;
        Ok((rest, Self { mailbox, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox);
        self.parameters.encode_optional(out);
    }
}

impl<'a> From<Mailbox<'a>> for Select<'a> {
    /// Opens the mailbox, without parameters.
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, parameters: ItemList::EMPTY }
    }
}

impl<'a> Wire<'a> for SelectParameter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = LABEL.split(input);
        match SelectParameterName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => {
                let (rest, other) = Parameter::parse_part(input, cx)?;
                Ok((rest, Self::Other(SelectExtension(other))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.0.encode(out),
            known => {
                out.keyword(known.name().map_or("", SelectParameterName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl Select<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.parameters.iter().find_map(|parameter| parameter.name()?.need().unmet(is_met))
    }
}

impl SelectParameterName {
    /// What a server has to offer for the parameter.
    #[must_use]
    pub const fn need(self) -> Need {
        match self {
            Self::CondStore => Need::CONDSTORE,
            // RFC 7162 section 3.2.5.
            Self::QResync => Need::Enabled(Extension::QResync),
            Self::Annotate => Need::of(Extension::AnnotateExperiment1),
        }
    }
}

impl<'a> SelectExtension<'a> {
    /// A parameter.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here.
    pub fn new(parameter: Parameter<'a>) -> Result<Self, InvalidValue> {
        match SelectParameterName::from_keyword(parameter.name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "select-param-name", at: 0 }),
            None => Ok(Self(parameter)),
        }
    }

    /// The name and the value.
    #[must_use]
    pub const fn parameter(&self) -> &Parameter<'a> {
        &self.0
    }
}

impl<'a> QResync<'a> {
    /// The last known UIDVALIDITY and modification sequence.
    ///
    /// # Errors
    /// [`InvalidValue`] for a modification sequence of 0.
    pub fn new(uid_validity: NzNumber, mod_seq: ModSeq) -> Result<Self, InvalidValue> {
        if mod_seq == ModSeq::ZERO {
            return Err(InvalidValue { what: "mod-sequence-value", at: 0 });
        }
        Ok(Self { uid_validity, mod_seq, known_uids: None, sequence_match: None })
    }

    /// The same, and only for these UIDs.
    #[must_use]
    pub fn with_known_uids(self, uids: UidSet<'a>) -> Self {
        Self { known_uids: Some(uids), ..self }
    }

    /// The same, with sequence numbers that let the server tell less.
    #[must_use]
    pub fn with_sequence_match(self, sequence_match: SequenceMatch<'a>) -> Self {
        Self { sequence_match: Some(sequence_match), ..self }
    }

    /// The last known UIDVALIDITY.
    #[must_use]
    pub const fn uid_validity(&self) -> NzNumber {
        self.uid_validity
    }

    /// The last known modification sequence.
    #[must_use]
    pub const fn mod_seq(&self) -> ModSeq {
        self.mod_seq
    }

    /// The UIDs that the client knows; all of them where it does not say.
    #[must_use]
    pub const fn known_uids(&self) -> Option<&UidSet<'a>> {
        self.known_uids.as_ref()
    }

    /// Some sequence numbers with their UIDs.
    #[must_use]
    pub const fn sequence_match(&self) -> Option<&SequenceMatch<'a>> {
        self.sequence_match.as_ref()
    }
}

impl<'a> Wire<'a> for QResync<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "QRESYNC";
        let (rest, ()) = open(input, RULE)?;
        let (rest, uid_validity) = cut(NzNumber::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (mut rest, mod_seq) = cut(ModSeq::parse_positive(rest, cx))?;
        let (mut known_uids, mut sequence_match) = (None, None);
        if let [b' ', b'0'..=b'9' | b',' | b' ', ..] = rest {
            let (at, ()) = cut(sp(rest, cx))?;
            let (behind, uids) = cut(UidSet::parse_part(at, cx))?;
            (rest, known_uids) = (behind, Some(uids));
        }
        if let [b' ', b'(', ..] = rest {
            let (at, ()) = cut(sp(rest, cx))?;
            let (behind, numbers) = cut(SequenceMatch::parse_part(at, cx))?;
            (rest, sequence_match) = (behind, Some(numbers));
        }
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self { uid_validity, mod_seq, known_uids, sequence_match }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.uid_validity).sp().put(&self.mod_seq);
        if let Some(uids) = &self.known_uids {
            out.sp().put(uids);
        }
        if let Some(numbers) = &self.sequence_match {
            out.sp().put(numbers);
        }
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for SequenceMatch<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "seq-match-data";
        let (rest, ()) = open(input, RULE)?;
        let (rest, sequence) = cut(UidSet::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, uids) = cut(UidSet::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self { sequence, uids }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.sequence).sp().put(&self.uids).byte(b')');
    }
}

impl<'a> Wire<'a> for MailboxId<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "MAILBOXID";
        let (rest, ()) = open(input, RULE)?;
        let (rest, id) = cut(ObjectId::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self(id)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.0).byte(b')');
    }
}

impl<'a> Wire<'a> for Annotations {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "ann-size";
        let is = |word: &[u8], keyword: &str| word.eq_ignore_ascii_case(keyword.as_bytes());
        let private = |rest: &'a [u8]| match rest {
            [b' ', behind @ ..]
                if behind.first().is_some_and(|octet| ATOM_CHAR.contains(*octet)) =>
            {
                match ATOM_CHAR.split(behind) {
                    (word, rest) if is(word, "NOPRIVATE") => Ok((rest, false)),
                    _ => Err(stop(behind, RULE)),
                }
            }
            _ => Ok((rest, true)),
        };
        match ATOM_CHAR.split(input) {
            (word, rest) if is(word, "NONE") => Ok((rest, Self::None)),
            (word, rest) if is(word, "READ-ONLY") => {
                let (rest, private) = private(rest)?;
                Ok((rest, Self::ReadOnly { private }))
            }
            _ if !input.first().is_some_and(u8::is_ascii_digit) => Err(stop(input, RULE)),
            _ => {
                let (rest, size) = cut(NzNumber::parse_part(input, cx))?;
                let (rest, private) = private(rest)?;
                Ok((rest, Self::Size { size, private }))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let private = match self {
            Self::None => {
                out.keyword("NONE");
                return;
            }
            Self::ReadOnly { private } => {
                out.keyword("READ-ONLY");
                private
            }
            Self::Size { size, private } => {
                out.put(size);
                private
            }
        };
        if !private {
            out.keyword(" NOPRIVATE");
        }
    }
}

#[cfg(test)]
mod tests;
