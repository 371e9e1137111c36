//! Searches that are kept up to date: CANCELUPDATE, and the tags by which searches are named.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::element::items::{Item, Items};
use crate::element::tag::Tag;
use crate::token::astring;
use crate::tolerance::Deviation;

/// The tag of a command, named inside another line.
///
/// RFC 9051 section 9, RFC 4466 section 2.6.2. It is written between quotes, as the older grammar wants it.
///
/// # Grammar
/// ```abnf
/// tag-string = astring
///            ; <tag> represented as <astring>
/// ```
///
/// # Wire
/// ```text
/// S: * ESEARCH (TAG "A1") COUNT 17
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `tag-string`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::family::search::TagString;
///
/// assert_eq!(TagString::parse(b"A1")?.0.as_str(), "A1");
/// assert_eq!(TagString::parse(b"A1")?.to_bytes(), b"\"A1\"");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagString<'a>(pub Tag<'a>);

/// The arguments of CANCELUPDATE: the tags of the searches whose updates end.
///
/// RFC 5267 section 4.3.5.
///
/// # Grammar
/// ```abnf
/// command-select =/ "CANCELUPDATE" 1*(SP quoted)
/// ```
/// Deviation: [`AtomForString`](Deviation::AtomForString).
///
/// # Wire
/// ```text
/// C: B04 CANCELUPDATE "B01" "B02"
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `tag-string`, `quoted`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::search::CancelUpdate;
///
/// let cancel = CancelUpdate::parse(b"\"B01\" \"B02\"")?;
/// assert_eq!(cancel.tags().map(|tag| tag.as_str().len()).sum::<usize>(), 6);
/// assert_eq!(cancel.to_bytes(), b"\"B01\" \"B02\"");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelUpdate<'a>(Items<'a, QuotedTag>);

/// A tag between quotes, as an item of a list.
#[derive(Debug)]
enum QuotedTag {}

wire_api!(Deviation, crate::Mode: TagString, CancelUpdate);
into_owned!(@impl TagString, self => { TagString(self.0.into_owned()) });
into_owned!(@impl CancelUpdate, self => {
    CancelUpdate(mailwire_core::IntoOwned::into_owned(self.0))
});

impl<'a> Wire<'a> for TagString<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "tag-string";
        let (rest, tag) = match astring(input, cx) {
            Ok(parsed) => parsed,
            Err(nom::Err::Error(_)) => return Err(fail(input, RULE)),
            Err(error) => return Err(error),
        };
        Tag::new(tag).map(|tag| (rest, Self(tag))).map_err(|_| stop(input, RULE))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.quoted(self.0.as_bytes());
    }
}

impl Item for QuotedTag {
    type At<'x> = TagString<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, TagString<'x>> {
        let (rest, tag) = TagString::parse_part(input, cx)?;
        if input.first() != Some(&b'"')
            && (input.first() == Some(&b'{') || !cx.tolerate(Deviation::AtomForString))
        {
            return Err(stop(input, "quoted"));
        }
        Ok((rest, tag))
    }
}

impl<'a> Wire<'a> for CancelUpdate<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        cut(Items::parse_some(input, cx)).map(|(rest, tags)| (rest, Self(tags)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl CancelUpdate<'_> {
    /// The searches of these tags.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'t>(
        tags: impl IntoIterator<Item = Tag<'t>>,
    ) -> Result<CancelUpdate<'static>, InvalidValue> {
        let items = Items::new(tags.into_iter().map(TagString));
        if items.is_empty() {
            return Err(InvalidValue { what: "tag-string", at: 0 });
        }
        Ok(CancelUpdate(items))
    }

    /// The tags in their order.
    pub fn tags(&self) -> impl Iterator<Item = Tag<'_>> {
        self.0.iter().map(|tag| tag.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let tag = |tag: &'static str| Tag::new(tag).unwrap();
        check_rows(&[(b"\"A]1\"", TagString(tag("A]1")))]);
        check_rejects::<TagString<'_>>(&[
            (b"", "tag-string", 0),
            (b"\"\"", "tag-string", 0),
            (b"\"a b\"", "tag-string", 0),
            (b"a+", "tag-string", 0),
        ]);
        for wire in [&b"a1"[..], b"{2}\r\na1", b"\"a1\""] {
            assert_eq!(TagString::parse(wire), Ok(TagString(tag("a1"))));
        }
        check_rows(&[
            (b"\"B01\"", CancelUpdate::new([tag("B01")]).unwrap()),
            (b"\"B01\" \"B02\"", CancelUpdate::new([tag("B01"), tag("B02")]).unwrap()),
        ]);
        check_rejects::<CancelUpdate<'_>>(&[
            (b"", "tag-string", 0),
            (b"(\"B01\")", "tag-string", 0),
            (b"\"B01\" {3}\r\nB02", "quoted", 6),
            (b"\"B01", "quoted", 4),
        ]);
        check_lenient::<CancelUpdate<'_>>(&[
            (b"B01", Deviation::AtomForString, b"\"B01\""),
            (b"\"a\"  \"b\"", Deviation::ExtraSpaces, b"\"a\" \"b\""),
        ]);
        assert!(CancelUpdate::new([]).is_err());
    }
}
