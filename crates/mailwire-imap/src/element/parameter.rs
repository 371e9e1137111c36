//! What an extension adds to a command: a name, and perhaps a value.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail};
use mailwire_core::token::{ByteSet, one_or_more};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use super::raw::{RawData, skip_value};
use crate::token::sp;
use crate::tolerance::Deviation;

text_type! {
    /// The name of a parameter that an extension defines.
    ///
    /// RFC 4466 section 2, RFC 9051 section 9.
    ///
    /// # Grammar
    /// ```abnf
    /// tagged-ext-label   = tagged-label-fchar *tagged-label-char
    /// tagged-label-fchar = ALPHA / "-" / "_" / "."
    /// tagged-label-char  = tagged-label-fchar / DIGIT / ":"
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
    /// `tagged-ext-label`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::parameter::Label;
    ///
    /// assert_eq!(Label::parse(b"x-some.thing")?, Label::new("X-SOME.THING").unwrap());
    /// assert!(Label::new("1x").is_err());
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Label: "tagged-ext-label", check = check_label, utf8, ignore case
}

/// `tagged-label-char`.
pub static LABEL: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"-_.:");

fn check_label(label: &[u8]) -> Result<(), usize> {
    match label.first() {
        None | Some(b'0'..=b'9' | b':') => Err(0),
        Some(_) => LABEL.check(label),
    }
}

/// A parameter that is not known here: its name, and its value as it came.
///
/// RFC 4466 section 2: SELECT, CREATE, RENAME, FETCH, STORE, APPEND and SEARCH have places for them.
///
/// # Grammar
/// ```abnf
/// tagged-ext = tagged-ext-label [SP tagged-ext-val]
/// ```
///
/// # Wire
/// ```text
/// C: A1 SELECT INBOX (X-PARAM (1 "two"))
/// ```
///
/// # Limits
/// Lists are nested up to 100 deep.
///
/// # Errors
/// `tagged-ext-label`, `tagged-ext-val`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::element::parameter::Parameter;
///
/// let parameter = Parameter::parse(b"X-PARAM (1 \"two\")")?;
/// assert_eq!(parameter.value.as_ref().unwrap().as_bytes(), b"(1 \"two\")");
/// assert_eq!(parameter.to_bytes(), b"X-PARAM (1 \"two\")");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// The name.
    pub name: Label<'a>,
    /// One value: a word, a string or a balanced list. A name that stands alone has none.
    pub value: Option<RawData<'a>>,
}

wire_api!(Deviation, crate::Mode: Label, Parameter);
into_owned!(struct Parameter { name, value });
super::items::item!(Label, Parameter);

impl<'a> Wire<'a> for Label<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, label) = one_or_more(input, &LABEL, "tagged-ext-label")?;
        if check_label(label).is_err() {
            return Err(fail(input, "tagged-ext-label"));
        }
        Ok((rest, Self::checked(label)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for Parameter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = Label::parse_part(input, cx)?;
        Self::parse_value(rest, cx, name)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name);
        if let Some(value) = &self.value {
            out.sp().put(value);
        }
    }
}

impl<'a> Parameter<'a> {
    /// A parameter from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the value is not one balanced value.
    pub fn new(name: Label<'a>, value: Option<impl IntoBytes<'a>>) -> Result<Self, InvalidValue> {
        let value = value.map(RawData::new).transpose()?;
        match value.as_ref().filter(|value| value.values().count() != 1) {
            Some(_) => Err(InvalidValue { what: "tagged-ext-val", at: 0 }),
            None => Ok(Self { name, value }),
        }
    }

    /// What stands behind a name: nothing, or a space and a value.
    ///
    /// A value is told from the next name by its first octet where it is a list, a string or a number;
    /// a word behind a name is the next name.
    pub(crate) fn parse_value(input: &'a [u8], cx: &Context, name: Label<'a>) -> PResult<'a, Self> {
        let behind = input.iter().position(|octet| *octet != b' ').unwrap_or(0);
        match input.get(behind..) {
            Some([b'(' | b'"' | b'{' | b'~' | b'0'..=b'9' | b'*' | b'$', ..]) if behind > 0 => {
                let (at, ()) = sp(input, cx)?;
                let (rest, ()) = cut(skip_value(at, cx))?;
                let raw = at.split_at(at.len() - rest.len()).0;
                let (_, value) = cut(RawData::parse_part(raw, cx))?;
                Ok((rest, Self { name, value: Some(value) }))
            }
            _ => Ok((input, Self { name, value: None })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        let parameter = |name: &'static str, value: Option<&'static str>| {
            Parameter::new(Label::new(name).unwrap(), value).unwrap()
        };
        check_rows(&[
            (b"CONDSTORE", parameter("CONDSTORE", None)),
            (b"X-Y 1:3,*", parameter("X-Y", Some("1:3,*"))),
            (b"X (a (b))", parameter("X", Some("(a (b))"))),
        ]);
        check_rejects::<Parameter<'_>>(&[
            (b"", "tagged-ext-label", 0),
            (b"1x", "tagged-ext-label", 0),
            (b"x y", "end", 1),
            (b"x  y", "end", 1),
            (b"x (y", "tagged-ext-val", 4),
        ]);
        check_lenient::<Parameter<'_>>(&[(b"x  (y)", Deviation::ExtraSpaces, b"x (y)")]);
        assert!(Parameter::new(Label::new("x").unwrap(), Some("1 2")).is_err());
    }
}
