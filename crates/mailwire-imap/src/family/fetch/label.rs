//! Gmail's labels.

use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{into_owned, text_type, wire_api};

use crate::element::items::{ItemList, Items, item};
use crate::token::{ATOM_CHAR, astring, list, nil, write_astring};
use crate::tolerance::Deviation;

text_type! {
    /// A label of Gmail's: a name of the user's, or with a backslash before it one of the system's.
    ///
    /// Names of the user's are in modified UTF-7 where mailbox names are. A label with a backslash is read
    /// in quotes too.
    ///
    /// # Grammar
    /// ```abnf
    /// label = "\" atom / astring
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * 1 FETCH (X-GM-LABELS (\Inbox "Muy Importante"))
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `label`, `quoted`, `literal`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::fetch::GmailLabel;
    ///
    /// let label = GmailLabel::parse(br#""\\Inbox""#)?;
    /// assert_eq!(label, GmailLabel::parse(b"\\Inbox")?);
    /// assert_eq!(label.to_bytes(), b"\\Inbox");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct GmailLabel: "label", check = check, bytes
}

fn check(label: &[u8]) -> Result<(), usize> {
    memchr::memchr(0, label).map_or(Ok(()), Err)
}

/// A list of labels, in parentheses.
///
/// # Grammar
/// ```abnf
/// "(" [label *(SP label)] ")"
/// ```
/// Deviations: [`NilInList`](Deviation::NilInList), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace). NIL is dropped.
///
/// # Wire
/// ```text
/// C: A1 STORE 1 +X-GM-LABELS (\Starred "to do")
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `list`, `label`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::family::fetch::GmailLabels;
///
/// let labels = GmailLabels::parse(br#"(\Starred "to do")"#)?;
/// assert_eq!(labels.iter().map(|label| label.to_string()).collect::<Vec<_>>(), ["\\Starred", "to do"]);
/// assert_eq!(labels.to_bytes(), br#"(\Starred "to do")"#);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GmailLabels<'a>(Items<'a, GmailLabel<'static>>);

wire_api!(Deviation, crate::Mode: GmailLabel, GmailLabels);
item!(GmailLabel);
into_owned!(@impl GmailLabels, self => {
    GmailLabels(mailwire_core::IntoOwned::into_owned(self.0))
});

impl<'a> Wire<'a> for GmailLabel<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let [b'\\', behind @ ..] = input {
            let (name, rest) = ATOM_CHAR.split(behind);
            if name.is_empty() {
                return Err(stop(behind, "label"));
            }
            return Ok((rest, Self::checked(input.split_at(name.len() + 1).0)));
        }
        match astring(input, cx) {
            Ok(_) if nil(input).is_some() => Err(fail(input, "label")),
            Ok((rest, label)) if check(&label).is_ok() => Ok((rest, Self(label))),
            Ok(_) => Err(stop(input, "label")),
            Err(nom::Err::Error(_)) => Err(fail(input, "label")),
            Err(error) => Err(error),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self.as_bytes() {
            label @ [b'\\', name @ ..] if !name.is_empty() && ATOM_CHAR.check(name).is_ok() => {
                out.bytes(label);
            }
            label => write_astring(out, label),
        }
    }
}

impl<'a> Wire<'a> for GmailLabels<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match ItemList::parse_part(input, cx) {
            Ok((rest, labels)) => Ok((rest, Self(ItemList::into_items(labels)))),
            Err(error) => match without_nil(input, cx) {
                Some(labels) => Ok(labels),
                None => Err(error),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.0).byte(b')');
    }
}

/// A list with NIL in it, without that.
#[cold]
fn without_nil<'a>(input: &'a [u8], cx: &Context) -> Option<(&'a [u8], GmailLabels<'a>)> {
    if !cx.allows(Deviation::NilInList) {
        return None;
    }
    let mut labels = Vec::new();
    let (rest, ()) = list(input, cx, "list", |rest| match nil(rest) {
        Some(rest) => Ok((rest, ())),
        None => {
            let (rest, label) = GmailLabel::parse_part(rest, cx)?;
            labels.push(label);
            Ok((rest, ()))
        }
    })
    .ok()?;
    let _ = cx.tolerate(Deviation::NilInList);
    Some((rest, GmailLabels::new(labels)))
}

impl<'a> GmailLabels<'a> {
    /// These labels, in their order.
    pub fn new<'x>(labels: impl IntoIterator<Item = GmailLabel<'x>>) -> GmailLabels<'static> {
        GmailLabels(Items::new(labels))
    }

    /// The labels, in their order.
    pub fn iter(&self) -> impl Iterator<Item = GmailLabel<'_>> {
        self.0.iter()
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True for `()`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when the label is in the list.
    #[must_use]
    pub fn contains(&self, label: &GmailLabel<'_>) -> bool {
        self.iter().any(|other| other == *label)
    }

    /// A list in parentheses, or without them.
    pub(crate) fn parse_bare(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() == Some(&b'(') {
            return Self::parse_part(input, cx);
        }
        let (rest, labels) = cut(Items::parse_some(input, cx))?;
        Ok((rest, Self(labels)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let labels = |labels: &[&'static str]| {
            GmailLabels::new(labels.iter().map(|label| GmailLabel::new(*label).unwrap()))
        };
        check_rows(&[
            (b"()", labels(&[])),
            (
                b"(\\Inbox \"Muy Importante\" +IMNews \"nil\" \"\" \"\\\\\")",
                labels(&["\\Inbox", "Muy Importante", "+IMNews", "nil", "", "\\"]),
            ),
        ]);
        check_rejects::<GmailLabels<'_>>(&[
            (b"", "list", 0),
            (b"NIL", "list", 0),
            (b"(\\)", "label", 2),
            (b"(a (b))", "label", 3),
            (b"(a", "list", 2),
            (b"({1}\r\n\0)", "label", 1),
        ]);
        check_lenient::<GmailLabels<'_>>(&[
            (b"(\"a\\\\b\" NIL c)", Deviation::NilInList, b"(\"a\\\\b\" c)"),
            (b"(NIL)", Deviation::NilInList, b"()"),
            (b"(a  b)", Deviation::ExtraSpaces, b"(a b)"),
            (b"(a )", Deviation::TrailingSpace, b"(a)"),
        ]);
        assert_eq!(GmailLabels::parse(b"(\"\\\\Inbox\" a)").unwrap(), labels(&["\\Inbox", "a"]));
        assert!(labels(&["a"]).contains(&GmailLabel::new("a").unwrap()));
    }
}
