//! STORE and UID STORE: changes flags, labels and annotations of messages.

use core::ops::Deref;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, owned_already, wire_api, wire_enum};

use super::fetch::{GmailLabels, encode_parameters, parameters};
use super::search::begins_value;
use crate::element::annotation::Annotations;
use crate::element::flag::Flags;
use crate::element::items::{Items, item};
use crate::element::mod_seq::ModSeq;
use crate::element::parameter::{LABEL, Label, Parameter};
use crate::element::raw::{RawData, skip_value};
use crate::element::sequence::SequenceSet;
use crate::extension::{Extension, IsMet, Need};
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of STORE and UID STORE.
///
/// RFC 9051 section 6.4.6; modifiers from RFC 4466 section 2.5, `ANNOTATION` from RFC 5257,
/// `X-GM-LABELS` from Gmail.
///
/// # Grammar
/// ```abnf
/// store           = "STORE" SP sequence-set [store-modifiers] SP store-att-flags
/// store-modifiers = SP "(" store-modifier *(SP store-modifier) ")"
/// store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP
///                   (flag-list / (flag *(SP flag)))
/// store-att-flags =/ att-annotate
/// ```
/// `X-GM-LABELS` stands where `FLAGS` does. A name that is not known here is read with one value, as RFC 4466
/// has them: `["+" / "-"] tagged-ext-label SP tagged-ext-val`. A list without parentheses is read, and written with them.
///
/// # Wire
/// ```text
/// C: A1 STORE 2:4 +FLAGS.SILENT (\Deleted)
/// C: A2 UID STORE 6 (UNCHANGEDSINCE 12121230045) FLAGS (\Seen $Forwarded)
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `sequence-set`, `seq-number`, `store-att-flags`, `flag-list`, `flag`, `list`, `tagged-ext-val`, `SP`, and
/// those of modifiers, labels and annotations.
///
/// # Example
/// ```
/// use mailwire_imap::family::store::{Store, StoreAction, StoreMode};
///
/// let store = Store::parse(b"2:4 +flags.silent \\Deleted")?;
/// let StoreAction::Flags { mode: StoreMode::Add, silent: true, flags } = &store.action else { panic!() };
/// assert_eq!(flags.len(), 1);
/// assert_eq!(store.to_bytes(), b"2:4 +FLAGS.SILENT (\\Deleted)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store<'a> {
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// The modifiers; mostly none.
    pub modifiers: Items<'a, StoreModifier<'static>>,
    /// What is changed.
    pub action: StoreAction<'a>,
}

/// What STORE changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreAction<'a> {
    /// Flags.
    Flags {
        /// How.
        mode: StoreMode,
        /// True where the server need not tell the flags that result.
        silent: bool,
        /// The flags.
        flags: Flags<'a>,
    },
    /// Gmail's labels.
    GmailLabels {
        /// How.
        mode: StoreMode,
        /// True where the server need not tell the labels that result.
        silent: bool,
        /// The labels.
        labels: GmailLabels<'a>,
    },
    /// Annotations. NIL removes a value.
    Annotation(Annotations<'a>),
    /// What is not known here, kept as data. A server that does not know it either answers BAD.
    Other(OtherStoreAction<'a>),
}

/// How STORE changes a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreMode {
    /// The list is the new one.
    Replace,
    /// `+`: what is in the list is added.
    Add,
    /// `-`: what is in the list is removed.
    Remove,
}

/// A modifier of STORE.
///
/// RFC 4466 section 2.5, RFC 7162 section 3.1.3.
///
/// # Grammar
/// ```abnf
/// store-modifier =  store-modifier-name [SP store-modif-params]
/// store-modifier =/ "UNCHANGEDSINCE" SP mod-sequence-valzer
/// ```
///
/// # Wire
/// ```text
/// C: A1 STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\Deleted)
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `tagged-ext-label`, `tagged-ext-val`, `mod-sequence-value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mod_seq::ModSeq;
/// use mailwire_imap::family::store::StoreModifier;
///
/// let modifier = StoreModifier::parse(b"unchangedsince 0")?;
/// assert_eq!(modifier, StoreModifier::UnchangedSince(ModSeq::ZERO));
/// assert_eq!(modifier.to_bytes(), b"UNCHANGEDSINCE 0");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreModifier<'a> {
    /// Only messages that have not changed since.
    UnchangedSince(ModSeq),
    /// A modifier that is not known here, kept as data.
    Other(OtherStoreModifier<'a>),
}

/// A modifier of STORE that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherStoreModifier<'a>(Parameter<'a>);

/// What STORE changes by an extension that is not known here: a name and one value.
///
/// # Example
/// ```
/// use mailwire_imap::element::parameter::Label;
/// use mailwire_imap::family::store::{OtherStoreAction, StoreAction, StoreMode};
///
/// let action = StoreAction::parse(b"+X-COLOUR (red \"light blue\")")?;
/// let StoreAction::Other(other) = &action else { panic!() };
/// assert_eq!((other.mode(), other.name.as_str()), (StoreMode::Add, "X-COLOUR"));
/// assert!(OtherStoreAction::new(StoreMode::Add, Label::new("FLAGS")?, "(a)").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherStoreAction<'a> {
    mode: StoreMode,
    parameter: Parameter<'a>,
}

wire_enum! {
    /// What is changed, and whether that is told.
    enum Changed: "store-att-flags" in LABEL {
        Flags = "FLAGS",
        FlagsSilent = "FLAGS.SILENT",
        GmailLabels = "X-GM-LABELS",
        GmailLabelsSilent = "X-GM-LABELS.SILENT",
        Annotation = "ANNOTATION",
    }
}

const UNCHANGED_SINCE: &str = "UNCHANGEDSINCE";

wire_api!(Deviation, crate::Mode: Store, StoreAction, StoreModifier);
item!(StoreModifier);
owned_already!(StoreMode);
into_owned!(struct Store { messages, modifiers, action });
into_owned!(
    enum StoreAction {
        Flags { mode, silent, flags },
        GmailLabels { mode, silent, labels },
        Annotation(annotations),
        Other(other),
    }
);
into_owned!(
    enum StoreModifier {
        UnchangedSince(value),
        Other(other),
    }
);
into_owned!(struct OtherStoreAction { mode, parameter });
into_owned!(@impl OtherStoreModifier, self => { OtherStoreModifier(self.0.into_owned()) });

impl<'a> Wire<'a> for Store<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, messages) = SequenceSet::parse_part(input, cx)?;
        let (rest, modifiers) = parameters(rest, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, action) = cut(StoreAction::parse_part(rest, cx))?;
        Ok((rest, Self { messages, modifiers, action }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.messages);
        encode_parameters(out, &self.modifiers);
        out.sp().put(&self.action);
    }
}

impl<'a> Wire<'a> for StoreAction<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mode, name_at) = match input {
            [b'+', rest @ ..] => (StoreMode::Add, rest),
            [b'-', rest @ ..] => (StoreMode::Remove, rest),
            _ => (StoreMode::Replace, input),
        };
        // As most clients write it.
        let (rest, changed) = match name_at.strip_prefix(b"FLAGS") {
            Some(rest @ [b' ', ..]) => (rest, Changed::Flags),
            Some([b'.', b'S', b'I', b'L', b'E', b'N', b'T', b' ', ..]) => {
                (name_at.get(b"FLAGS.SILENT".len()..).unwrap_or_default(), Changed::FlagsSilent)
            }
            _ => {
                let (word, rest) = LABEL.split(name_at);
                let Some(changed) = Changed::from_keyword(word) else {
                    let (rest, other) = OtherStoreAction::parse_name(name_at, cx, mode)?;
                    return Ok((rest, Self::Other(other)));
                };
                (rest, changed)
            }
        };
        if changed == Changed::Annotation && mode != StoreMode::Replace {
            return Err(fail(name_at, "store-att-flags"));
        }
        let (at, ()) = cut(sp(rest, cx))?;
        Ok(match changed {
            Changed::Flags | Changed::FlagsSilent => {
                let silent = changed == Changed::FlagsSilent;
                let (rest, flags) = cut(Flags::parse_bare(at, cx))?;
                (rest, Self::Flags { mode, silent, flags })
            }
            Changed::GmailLabels | Changed::GmailLabelsSilent => {
                let silent = changed == Changed::GmailLabelsSilent;
                let (rest, labels) = cut(GmailLabels::parse_bare(at, cx))?;
                (rest, Self::GmailLabels { mode, silent, labels })
            }
            Changed::Annotation => {
                let (rest, annotations) = cut(Annotations::parse_part(at, cx))?;
                (rest, Self::Annotation(annotations))
            }
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Flags { mode, silent, flags } => {
                let name = if *silent { Changed::FlagsSilent } else { Changed::Flags };
                put_mode(out, *mode).put(&name).sp().put(flags);
            }
            Self::GmailLabels { mode, silent, labels } => {
                let name = if *silent { Changed::GmailLabelsSilent } else { Changed::GmailLabels };
                put_mode(out, *mode).put(&name).sp().put(labels);
            }
            Self::Annotation(annotations) => {
                out.put(&Changed::Annotation).sp().put(annotations);
            }
            Self::Other(other) => drop(put_mode(out, other.mode).put(&other.parameter)),
        }
    }
}

fn put_mode<'o, 'b>(out: &'o mut Encoder<'b>, mode: StoreMode) -> &'o mut Encoder<'b> {
    match mode {
        StoreMode::Replace => out,
        StoreMode::Add => out.byte(b'+'),
        StoreMode::Remove => out.byte(b'-'),
    }
}

impl Store<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.messages
            .lacks(is_met)
            .or_else(|| self.modifiers.iter().find_map(|modifier| modifier.need()?.unmet(is_met)))
            .or_else(|| self.action.need()?.unmet(is_met))
    }
}

impl StoreAction<'_> {
    /// What a server has to offer for it.
    #[must_use]
    pub const fn need(&self) -> Option<Need> {
        match self {
            Self::Flags { .. } | Self::Other(_) => None,
            Self::GmailLabels { .. } => Some(Need::of(Extension::XGmExt1)),
            Self::Annotation(_) => Some(Need::of(Extension::AnnotateExperiment1)),
        }
    }
}

impl StoreModifier<'_> {
    /// What a server has to offer for it.
    #[must_use]
    pub const fn need(&self) -> Option<Need> {
        match self {
            Self::UnchangedSince(_) => Some(Need::CONDSTORE),
            Self::Other(_) => None,
        }
    }
}

impl<'a> OtherStoreAction<'a> {
    /// What an extension changes: how, its name, and one value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is one that is known here, and where the value is not one list, string,
    /// number or set.
    pub fn new(
        mode: StoreMode,
        name: Label<'a>,
        value: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        if Changed::from_keyword(name.as_bytes()).is_some() {
            return Err(InvalidValue { what: "store-att-flags", at: 0 });
        }
        let parameter = Parameter::new(name, Some(value))?;
        if parameter.value.as_ref().is_some_and(|value| !begins_value(value.as_bytes())) {
            return Err(InvalidValue { what: "tagged-ext-val", at: 0 });
        }
        Ok(Self { mode, parameter })
    }

    /// How it is changed.
    #[must_use]
    pub const fn mode(&self) -> StoreMode {
        self.mode
    }

    fn parse_name(input: &'a [u8], cx: &Context, mode: StoreMode) -> PResult<'a, Self> {
        let Ok((rest, name)) = Label::parse_part(input, cx) else {
            return Err(fail(input, "store-att-flags"));
        };
        let (at, ()) = cut(sp(rest, cx))?;
        if !begins_value(at) {
            return Err(stop(at, "tagged-ext-val"));
        }
        let (rest, ()) = cut(skip_value(at, cx))?;
        let (_, value) = cut(RawData::parse_part(at.split_at(at.len() - rest.len()).0, cx))?;
        Ok((rest, Self { mode, parameter: Parameter { name, value: Some(value) } }))
    }
}

impl<'a> Deref for OtherStoreAction<'a> {
    type Target = Parameter<'a>;

    fn deref(&self) -> &Parameter<'a> {
        &self.parameter
    }
}

impl<'a> OtherStoreModifier<'a> {
    /// A modifier from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is one that is known here.
    pub fn new(modifier: Parameter<'a>) -> Result<Self, InvalidValue> {
        if is_unchanged_since(&modifier.name) {
            return Err(InvalidValue { what: "store-modifier", at: 0 });
        }
        Ok(Self(modifier))
    }
}

impl<'a> Deref for OtherStoreModifier<'a> {
    type Target = Parameter<'a>;

    fn deref(&self) -> &Parameter<'a> {
        &self.0
    }
}

fn is_unchanged_since(name: &Label<'_>) -> bool {
    name.as_str().eq_ignore_ascii_case(UNCHANGED_SINCE)
}

impl<'a> Wire<'a> for StoreModifier<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, label) = Label::parse_part(input, cx)?;
        if is_unchanged_since(&label) {
            let (rest, ()) = cut(sp(rest, cx))?;
            let (rest, value) = cut(ModSeq::parse_part(rest, cx))?;
            return Ok((rest, Self::UnchangedSince(value)));
        }
        let (rest, other) = Parameter::parse_value(rest, cx, label)?;
        Ok((rest, Self::Other(OtherStoreModifier(other))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::UnchangedSince(value) => drop(out.keyword(UNCHANGED_SINCE).sp().put(value)),
            Self::Other(other) => other.0.encode(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::annotation::{AnnotationValue, Attribute, AttributeName, Entry, EntryName};
    use crate::element::flag::{Flag, Keyword};
    use crate::family::fetch::GmailLabel;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};
    use proptest::prelude::*;

    fn store(
        messages: &'static str,
        modifiers: Items<'static, StoreModifier<'static>>,
        action: StoreAction<'static>,
    ) -> Store<'static> {
        Store { messages: SequenceSet::parse(messages.as_bytes()).unwrap(), modifiers, action }
    }

    fn flags(mode: StoreMode, silent: bool, flags: &[Flag<'static>]) -> StoreAction<'static> {
        StoreAction::Flags { mode, silent, flags: Flags::new(flags.iter().cloned()).unwrap() }
    }

    fn other(name: &'static str, value: Option<&'static str>) -> StoreModifier<'static> {
        let parameter = Parameter::new(Label::new(name).unwrap(), value).unwrap();
        StoreModifier::Other(OtherStoreModifier::new(parameter).unwrap())
    }

    #[test]
    fn rows() {
        use StoreMode::{Add, Remove, Replace};
        let unchanged = |value| StoreModifier::UnchangedSince(ModSeq::new(value).unwrap());
        let changed = |mode, name, value: &'static str| {
            let name = Label::new(name).unwrap();
            StoreAction::Other(OtherStoreAction::new(mode, name, value).unwrap())
        };
        let labels = |mode, silent, labels: &[&'static str]| StoreAction::GmailLabels {
            mode,
            silent,
            labels: GmailLabels::new(labels.iter().map(|label| GmailLabel::new(*label).unwrap())),
        };
        let comment = Attribute {
            name: AttributeName::new("value.shared").unwrap(),
            value: AnnotationValue::new("hi"),
        };
        let entry = Entry::new(EntryName::new("/comment").unwrap(), [comment]).unwrap();
        check_rows(&[
            (
                b"2:4 +FLAGS (\\Deleted $Forwarded)",
                store("2:4", Items::EMPTY, {
                    flags(Add, false, &[Flag::Deleted, Flag::Keyword(Keyword::FORWARDED)])
                }),
            ),
            (b"1 -FLAGS.SILENT (\\Seen)", {
                store("1", Items::EMPTY, flags(Remove, true, &[Flag::Seen]))
            }),
            (b"$ FLAGS ()", store("$", Items::EMPTY, flags(Replace, false, &[]))),
            (
                b"7,5 (UNCHANGEDSINCE 320162338) FLAGS.SILENT (\\Seen)",
                store("7,5", Items::new([unchanged(320_162_338)]), {
                    flags(Replace, true, &[Flag::Seen])
                }),
            ),
            (
                b"1 (UNCHANGEDSINCE 0 X-A X-B (1 2)) +FLAGS (\\Seen)",
                store(
                    "1",
                    Items::new([unchanged(0), other("X-A", None), other("X-B", Some("(1 2)"))]),
                    flags(Add, false, &[Flag::Seen]),
                ),
            ),
            (b"1 X-GM-LABELS (\\Inbox \"to do\")", {
                store("1", Items::EMPTY, labels(Replace, false, &["\\Inbox", "to do"]))
            }),
            (b"1 -X-GM-LABELS.SILENT (foo)", {
                store("1", Items::EMPTY, labels(Remove, true, &["foo"]))
            }),
            (
                b"1 ANNOTATION (/comment (value.shared \"hi\"))",
                store("1", Items::EMPTY, {
                    StoreAction::Annotation(Annotations::new([entry]).unwrap())
                }),
            ),
            (b"1 +X-ANNOT ((a 1) \"b\")", {
                store("1", Items::EMPTY, changed(Add, "X-ANNOT", "((a 1) \"b\")"))
            }),
            (b"1 (UNCHANGEDSINCE 7) X-SIZE.SILENT 1:5", {
                let unchanged = Items::new([unchanged(7)]);
                store("1", unchanged, changed(Replace, "X-SIZE.SILENT", "1:5"))
            }),
            (b"1 -FLAGS2 ()", store("1", Items::EMPTY, changed(Remove, "FLAGS2", "()"))),
        ]);
        check_rejects::<Store<'_>>(&[
            (b"", "sequence-set", 0),
            (b"1", "SP", 1),
            (b"1 FLAG", "SP", 6),
            (b"1 FLAG Seen", "tagged-ext-val", 7),
            (b"1 FLAG (\\Seen", "tagged-ext-val", 13),
            (b"1 FLAG (a) b", "end", 10),
            (b"1 1FLAG (a)", "store-att-flags", 2),
            (b"1 *FLAGS (\\Seen)", "store-att-flags", 2),
            (b"1 +ANNOTATION (/a (b NIL))", "store-att-flags", 3),
            (b"1 FLAGS", "SP", 7),
            (b"1 FLAGS (\\Seen", "flag-list", 14),
            (b"1 FLAGS NIL", "flag", 8),
            (b"1 FLAGS \\*", "flag", 8),
            (b"1 () FLAGS ()", "tagged-ext-label", 3),
            (b"1 (UNCHANGEDSINCE) FLAGS ()", "SP", 17),
            (b"1 (UNCHANGEDSINCE x) FLAGS ()", "mod-sequence-value", 18),
            (b"1 X-GM-LABELS (NIL", "label", 15),
        ]);
        check_lenient::<Store<'_>>(&[
            (b"1  FLAGS (\\Seen)", Deviation::ExtraSpaces, b"1 FLAGS (\\Seen)"),
            (b"1 FLAGS \\Seen  a", Deviation::ExtraSpaces, b"1 FLAGS (\\Seen a)"),
            (b"1 FLAGS (\\Seen NIL)", Deviation::NilInList, b"1 FLAGS (\\Seen)"),
            (b"1 FLAGS (\\Seen )", Deviation::TrailingSpace, b"1 FLAGS (\\Seen)"),
        ]);
        for (name, value) in [("annotation", "()"), ("X-A", "b"), ("X-A", "1 2"), ("X-A", "(")] {
            let name = Label::new(name).unwrap();
            assert!(OtherStoreAction::new(Add, name, value).is_err());
        }
        let name = Label::new("unchangedsince").unwrap();
        assert!(OtherStoreModifier::new(Parameter { name, value: None }).is_err());
    }

    #[test]
    fn a_list_may_stand_without_parentheses() {
        for (wire, canonical) in [
            (&b"1 +flags \\seen junk"[..], &b"1 +FLAGS (\\seen junk)"[..]),
            (b"1 +X-GM-LABELS foo \\Inbox", b"1 +X-GM-LABELS (foo \\Inbox)"),
        ] {
            let (store, met) = Store::parse_with(wire, crate::Tolerance::strict()).unwrap();
            assert!(met.is_empty());
            assert_eq!(store, Store::parse(canonical).unwrap());
        }
    }

    proptest! {
        #[test]
        fn roundtrip(
            mode in prop_oneof![
                Just(StoreMode::Replace), Just(StoreMode::Add), Just(StoreMode::Remove)
            ],
            silent: bool,
            keywords in proptest::collection::vec("[$a-z]{1,6}", 0..4),
            labels in proptest::collection::vec("\\PC{0,6}", 0..4),
            since in proptest::option::of(0..=i64::MAX.unsigned_abs()),
            label: bool,
        ) {
            let modifiers = since.map(|since| {
                StoreModifier::UnchangedSince(ModSeq::new(since).unwrap())
            });
            let keywords = keywords.iter().filter_map(|name| Keyword::new(name).ok());
            let action = if label {
                let labels = labels.iter().map(|label| GmailLabel::new(label).unwrap());
                StoreAction::GmailLabels { mode, silent, labels: GmailLabels::new(labels) }
            } else {
                let flags = Flags::new(keywords.map(Flag::Keyword)).unwrap();
                StoreAction::Flags { mode, silent, flags }
            };
            let store = Store {
                messages: SequenceSet::parse(b"1:5,9").unwrap(),
                modifiers: Items::new(modifiers),
                action,
            };
            let written = store.to_bytes();
            let (parsed, met) = Store::parse_with(&written, crate::Tolerance::strict()).unwrap();
            prop_assert_eq!(&parsed, &store);
            prop_assert!(met.is_empty());
        }
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("STORE 1 +FLAGS (\\Seen)", &[]),
            ("UID STORE 1 X-NEW (a)", &[]),
            ("STORE $ FLAGS.SILENT ()", &["SEARCHRES"]),
            ("STORE 1 (UNCHANGEDSINCE 5) FLAGS ()", &["CONDSTORE or QRESYNC"]),
            ("STORE 1 (X-NEW 5) FLAGS ()", &[]),
            ("STORE 1 -X-GM-LABELS (a)", &["X-GM-EXT-1"]),
            ("UID STORE 1 +X-GM-LABELS.SILENT (a)", &["X-GM-EXT-1"]),
            ("STORE 1 ANNOTATION (/comment (value.priv NIL))", &["ANNOTATE-EXPERIMENT-1"]),
        ]);
    }
}
