//! Modifiers of FETCH: which of the messages, and what besides.

use core::ops::Deref;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use crate::element::items::item;
use crate::element::mod_seq::ModSeq;
use crate::element::parameter::{LABEL, Label, Parameter};
use crate::element::partial_range::PartialRange;
use crate::extension::{Extension, Need};
use crate::token::sp;
use crate::tolerance::Deviation;

/// A modifier of FETCH.
///
/// RFC 4466 section 2.4; RFC 7162 (CHANGEDSINCE, VANISHED), RFC 9394 (PARTIAL).
///
/// # Grammar
/// ```abnf
/// fetch-modifier      = fetch-modifier-name [SP fetch-modif-params]
/// fetch-modifier      =/ chgsince-fetch-mod / rexpunges-fetch-mod
/// fetch-modifier      =/ "PARTIAL" SP partial-range
/// chgsince-fetch-mod  = "CHANGEDSINCE" SP mod-sequence-value
/// rexpunges-fetch-mod = "VANISHED"
/// ```
/// Deviation: [`ZeroNumber`](Deviation::ZeroNumber).
///
/// # Wire
/// ```text
/// C: A1 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345 VANISHED)
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `tagged-ext-label`, `tagged-ext-val`, `mod-sequence-value`, `partial-range`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mod_seq::ModSeq;
/// use mailwire_imap::family::fetch::FetchModifier;
///
/// let modifier = FetchModifier::parse(b"changedsince 12345")?;
/// assert_eq!(modifier, FetchModifier::ChangedSince(ModSeq::new(12345).unwrap()));
/// assert_eq!(modifier.to_bytes(), b"CHANGEDSINCE 12345");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchModifier<'a> {
    /// Only messages that have changed since.
    ChangedSince(ModSeq),
    /// Also tell which messages are gone; for UID FETCH with CHANGEDSINCE.
    Vanished,
    /// Only a range of the messages; for UID FETCH.
    Partial(PartialRange),
    /// A modifier that is not known here, kept as data.
    Other(OtherModifier<'a>),
}

/// A modifier of FETCH that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherModifier<'a>(Parameter<'a>);

wire_enum! {
    /// The modifiers that are known here.
    pub(super) enum ModifierName: "fetch-modifier" in LABEL {
        ChangedSince = "CHANGEDSINCE",
        Vanished = "VANISHED",
        Partial = "PARTIAL",
    }
}

wire_api!(Deviation, crate::Mode: FetchModifier);
item!(FetchModifier);
into_owned!(@impl FetchModifier, self => {
    match self {
        Self::ChangedSince(value) => FetchModifier::ChangedSince(value),
        Self::Vanished => FetchModifier::Vanished,
        Self::Partial(range) => FetchModifier::Partial(range),
        Self::Other(other) => FetchModifier::Other(other.into_owned()),
    }
});
into_owned!(@impl OtherModifier, self => { OtherModifier(self.0.into_owned()) });

impl<'a> OtherModifier<'a> {
    /// A modifier from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is one that is known here.
    pub fn new(modifier: Parameter<'a>) -> Result<Self, InvalidValue> {
        match ModifierName::from_keyword(modifier.name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "fetch-modifier", at: 0 }),
            None => Ok(Self(modifier)),
        }
    }
}

impl FetchModifier<'_> {
    /// What a server has to offer for it.
    #[must_use]
    pub const fn need(&self) -> Option<Need> {
        Some(match self {
            Self::ChangedSince(_) => Need::CONDSTORE,
            // RFC 7162 section 3.2.6.
            Self::Vanished => Need::Enabled(Extension::QResync),
            Self::Partial(_) => Need::of(Extension::Partial),
            Self::Other(_) => return None,
        })
    }
}

impl<'a> Deref for OtherModifier<'a> {
    type Target = Parameter<'a>;

    fn deref(&self) -> &Parameter<'a> {
        &self.0
    }
}

impl<'a> Wire<'a> for FetchModifier<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, label) = Label::parse_part(input, cx)?;
        match ModifierName::from_keyword(label.as_bytes()) {
            Some(ModifierName::ChangedSince) => {
                let (rest, ()) = cut(sp(rest, cx))?;
                let (rest, value) = cut(ModSeq::parse_positive(rest, cx))?;
                Ok((rest, Self::ChangedSince(value)))
            }
            Some(ModifierName::Vanished) => Ok((rest, Self::Vanished)),
            Some(ModifierName::Partial) => {
                let (rest, ()) = cut(sp(rest, cx))?;
                let (rest, range) = cut(PartialRange::parse_part(rest, cx))?;
                Ok((rest, Self::Partial(range)))
            }
            None => {
                let (rest, other) = Parameter::parse_value(rest, cx, label)?;
                Ok((rest, Self::Other(OtherModifier(other))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::ChangedSince(value) => drop(out.keyword("CHANGEDSINCE ").put(value)),
            Self::Vanished => drop(out.keyword("VANISHED")),
            Self::Partial(range) => drop(out.keyword("PARTIAL ").put(range)),
            Self::Other(other) => other.0.encode(out),
        }
    }
}

/// True where what stands behind a space and a parenthesis is a modifier that is known here: it is then
/// none of an attribute's.
pub(super) fn is_modifier(inside: &[u8]) -> bool {
    ModifierName::from_keyword(LABEL.split(inside).0).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let parameter = |name, value| {
            Parameter::new(Label::new(name).unwrap(), Some(value as &'static str)).unwrap()
        };
        check_rows(&[
            (b"CHANGEDSINCE 1", FetchModifier::ChangedSince(ModSeq::new(1).unwrap())),
            (b"VANISHED", FetchModifier::Vanished),
            (b"PARTIAL -1:-30", FetchModifier::Partial(PartialRange::from_end(1, 30).unwrap())),
            (b"X-Y (1 2)", {
                FetchModifier::Other(OtherModifier::new(parameter("X-Y", "(1 2)")).unwrap())
            }),
        ]);
        check_rejects::<FetchModifier<'_>>(&[
            (b"", "tagged-ext-label", 0),
            (b"CHANGEDSINCE", "SP", 12),
            (b"CHANGEDSINCE x", "mod-sequence-value", 13),
            (b"PARTIAL 1", "partial-range", 9),
            (b"VANISHED 1", "end", 8),
        ]);
        check_lenient::<FetchModifier<'_>>(&[(
            b"CHANGEDSINCE 0",
            Deviation::ZeroNumber,
            b"CHANGEDSINCE 0",
        )]);
        assert!(OtherModifier::new(parameter("vanished", "1")).is_err());
    }
}
