//! ID: who the two ends are. RFC 2971.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::element::items::{Item, ItemList};
use crate::element::string::{IString, nstring, write_nstring};
use crate::token::{ASTRING_CHAR, nil, plain_nstring, plain_string, short_string, sp};
use crate::tolerance::Deviation;

/// What a client or a server says of itself: fields and their values, or NIL for nothing; the arguments of
/// the command ID, and of the response.
///
/// RFC 2971 section 3. It is for statistics and error reports, and must not change what the other side does.
///
/// # Grammar
/// ```abnf
/// id-params-list = "(" [string SP nstring *(SP string SP nstring)] ")" / nil
/// ```
/// Deviations: [`AtomForString`](Deviation::AtomForString), [`TrailingSpace`](Deviation::TrailingSpace),
/// [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// C: A1 ID ("name" "mailwire" "version" NIL)
/// S: * ID NIL
/// ```
///
/// # Limits
/// What a client sends: 30 fields, names of 30 octets, values of 1,024 octets (RFC 2971 section 3.3). What is
/// built keeps to them; what is parsed is checked with [`exceeds`](Self::exceeds).
///
/// # Errors
/// `id-params-list`, `string`, `nstring`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::id::Id;
///
/// let id = Id::parse(br#"("name" "Cyrus" "version" NIL)"#)?;
/// assert_eq!(id.value("NAME").unwrap().as_bytes(), b"Cyrus");
/// assert_eq!(id.value("version"), None);
/// assert_eq!(id.to_bytes(), br#"("name" "Cyrus" "version" NIL)"#);
/// assert_eq!(Id::new([("name", Some("x"))]).unwrap().to_bytes(), br#"("name" "x")"#);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Id<'a>(Option<ItemList<'a, Field<'static>>>);

/// One field of [`Id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name: `name`, `version`, `os`, `vendor`, `support-url` and others.
    pub name: IString<'a>,
    /// The value; `None` for NIL.
    pub value: Option<IString<'a>>,
}

/// Most fields that a client sends.
const FIELDS: usize = 30;
/// Octets of the longest name.
const NAME: usize = 30;
/// Octets of the longest value.
const VALUE: usize = 1024;

wire_api!(Deviation, Mode: Id, Field);
into_owned!(@impl Id, self => { Id(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(struct Field { name, value });

impl Item for Field<'static> {
    type At<'x> = Field<'x>;

    #[inline]
    fn check_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ()> {
        match plain_string(input) {
            Some((_, [b' ', value @ ..])) => match plain_nstring(value) {
                Some(rest) => Ok((rest, ())),
                None => Self::parse_item(input, cx).map(|(rest, _)| (rest, ())),
            },
            _ => Self::parse_item(input, cx).map(|(rest, _)| (rest, ())),
        }
    }

    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        behind_fields(wire, len).is_some_and(<[u8]>::is_empty)
    }
}

impl<'a> Id<'a> {
    /// NIL: nothing to say.
    pub const NIL: Self = Self(None);

    /// Fields with their values.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL, and for more than the RFC allows; `at` is the number of the field.
    pub fn new<'x>(
        fields: impl IntoIterator<Item = (&'x str, Option<&'x str>)>,
    ) -> Result<Id<'static>, InvalidValue> {
        let mut list = alloc::vec::Vec::new();
        for (at, (name, value)) in fields.into_iter().enumerate() {
            let invalid = |_| InvalidValue { what: "id-params-list", at };
            let name = IString::new(name).map_err(invalid)?;
            let value = value.map(IString::new).transpose().map_err(invalid)?;
            let field = Field { name, value };
            if at >= FIELDS || field.exceeds() {
                return Err(invalid(InvalidValue { what: "id-params-list", at }));
            }
            list.push(field);
        }
        Ok(Id(Some(ItemList::new(list)).filter(|list| !list.is_empty())))
    }

    /// The fields; none for NIL.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.0.iter().flat_map(|list| list.iter())
    }

    /// The value of a field, by its name in any case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<IString<'_>> {
        let mut fields = self.fields();
        fields.find(|field| field.name.as_bytes().eq_ignore_ascii_case(name.as_bytes()))?.value
    }

    /// True where there is more than the RFC lets a client send; a server answers BAD.
    #[must_use]
    pub fn exceeds(&self) -> bool {
        self.fields().count() > FIELDS || self.fields().any(|field| field.exceeds())
    }
}

impl Field<'_> {
    fn exceeds(&self) -> bool {
        let value = self.value.as_ref().map_or(0, |value| value.as_bytes().len());
        self.name.as_bytes().len() > NAME || value > VALUE
    }
}

impl<'a> Wire<'a> for Id<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some(rest) = nil(input) {
            return Ok((rest, Self(None)));
        }
        if input.first() != Some(&b'(') {
            return Err(fail(input, "id-params-list"));
        }
        let (rest, list) = cut(ItemList::parse_part(input, cx))?;
        // Some servers refuse an empty list, and it says as much as NIL.
        Ok((rest, Self(Some(list).filter(|list| !list.is_empty()))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match &self.0 {
            Some(list) => drop(out.put(list)),
            None => drop(out.keyword("NIL")),
        }
    }
}

/// What is behind `len` fields that stand as they are written: in short strings, with one space between.
#[inline]
fn behind_fields(wire: &[u8], len: usize) -> Option<&[u8]> {
    let mut rest = wire;
    for at in 0..len {
        if at > 0 {
            rest = rest.strip_prefix(b" ")?;
        }
        rest = short_string(rest)?.strip_prefix(b" ")?;
        rest = match rest {
            [b'N', b'I', b'L', behind @ ..] => behind,
            _ => short_string(rest)?,
        };
    }
    Some(rest)
}

/// A string, or an atom where that is tolerated: Proton.
fn loose_string<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, IString<'a>> {
    match ASTRING_CHAR.split(input) {
        ([], _) => IString::parse_part(input, cx),
        (atom, rest) if cx.tolerate(Deviation::AtomForString) => Ok((rest, IString::checked(atom))),
        _ => Err(stop(input, "string")),
    }
}

impl<'a> Wire<'a> for Field<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = loose_string(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = match (nil(rest), rest.first()) {
            (None, Some(b'"' | b'{')) => nstring(rest, cx, "nstring")?,
            (Some(rest), _) => (rest, None),
            _ => cut(loose_string(rest, cx)).map(|(rest, value)| (rest, Some(value)))?,
        };
        Ok((rest, Self { name, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp();
        write_nstring(out, self.value.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows, check_short_ways};

    #[test]
    fn rows() {
        check_rows(&[
            (b"NIL", Id::NIL),
            (
                b"(\"name\" \"x y\" \"os\" NIL)",
                Id::new([("name", Some("x y")), ("os", None)]).unwrap(),
            ),
            (b"(\"a\" {2}\r\n\r\n)", Id::new([("a", Some("\r\n"))]).unwrap()),
        ]);
        check_rejects::<Id<'_>>(&[
            (b"", "id-params-list", 0),
            (b"\"name\"", "id-params-list", 0),
            (b"(\"name\")", "SP", 7),
            (b"(\"name\" (x))", "string", 8),
        ]);
        check_lenient::<Id<'_>>(&[
            (b"(\"name\" \"x\" )", Deviation::TrailingSpace, b"(\"name\" \"x\")"),
            (b"(name \"x\")", Deviation::AtomForString, b"(\"name\" \"x\")"),
            (
                b"(\"support-url\" https://x/y)",
                Deviation::AtomForString,
                b"(\"support-url\" \"https://x/y\")",
            ),
        ]);
        assert_eq!(Id::parse(b"()").unwrap().to_bytes(), b"NIL");
    }

    #[test]
    fn fields_are_copied_as_they_are_written() {
        let text = |len| alloc::format!("\"{}\"", "x".repeat(len));
        let (longest, longer) = (text(1000), text(1001));
        let mut words = alloc::vec![
            "\"a\" \"b\"",
            "\"a\" NIL",
            "\"a\" nil",
            "NIL \"b\"",
            "a \"b\"",
            "\"a\" b",
            "\"a\"  \"b\"",
            "\"a\" \"\\\"\"",
            "\"a\" \"\\b\"",
            "\"a\" \"b\"c\"",
            "\"a\" {1}\r\nb",
            "\"\u{e9}\" NIL",
            "\"a\" NILb",
        ];
        let (long, short) = (alloc::format!("\"a\" {longer}"), alloc::format!("\"a\" {longest}"));
        words.extend([&*long, &*short]);
        let copied = ["\"a\" \"b\"", "\"a b\" NIL", "\"NIL\" \"(\"", &*short];
        check_short_ways::<Field<'static>>(&words, &copied);
    }

    #[test]
    fn what_is_built_keeps_to_the_limits() {
        let long = "x".repeat(1025);
        assert!(Id::new([("name", Some(&long[..1024]))]).is_ok());
        assert!(Id::new([("name", Some(&long[..]))]).is_err());
        assert!(Id::new([(&long[..31], None)]).is_err() && Id::new([("a\0", None)]).is_err());
        assert!(Id::new(core::iter::repeat_n(("a", None), 30)).is_ok());
        assert!(Id::new(core::iter::repeat_n(("a", None), 31)).is_err());
        let wire = alloc::format!("(\"a\" \"{long}\")");
        assert!(Id::parse(wire.as_bytes()).unwrap().exceeds() && !Id::NIL.exceeds());
    }
}
