//! The parameters of MAIL and RCPT: the list that all extensions share. RFC 5321 section 4.1.2.
//!
//! ```text
//! C: MAIL FROM:<a@example.org> SIZE=1024 BODY=8BITMIME
//! ```
//!
//! A list is a checked view: each parameter is parsed once for its grammar and again when it is
//! looked at; nothing is allocated.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ByteSet, KEYWORD, VCHAR};
use mailwire_core::{InvalidValue, into_owned, text_type};

use crate::tolerance::Deviation;

/// `esmtp-value`, with `=` kept for values written by hand, and UTF-8 (RFC 6531).
static VALUE: ByteSet = ByteSet::range(33, 126).and_range(0x80, 0xff);

text_type! {
    /// The keyword of a parameter. Keywords compare without regard to case.
    ///
    /// RFC 5321 section 4.1.2: `(ALPHA / DIGIT) *(ALPHA / DIGIT / "-")`.
    pub struct ParameterKeyword: "esmtp-keyword", check = check_keyword, utf8, ignore case
}

text_type! {
    /// The value of a parameter: printable, without spaces and `=`; UTF-8 with SMTPUTF8.
    ///
    /// RFC 5321 section 4.1.2; RFC 6531 section 3.3.
    pub struct ParameterValue: "esmtp-value", check = check_value, utf8
}

text_type! {
    /// The delimiters of a variable envelope return path: `+=` in `user+rcpt=example.org@example.net`.
    ///
    /// Postfix takes two. Unlike other values they can hold `=`.
    pub struct VerpDelimiters: "verp-delimiters", check = check_delimiters, utf8
}

fn check_delimiters(text: &[u8]) -> Result<(), usize> {
    if text.is_empty() { Err(0) } else { VCHAR.check(text) }
}

impl<'a> Wire<'a> for VerpDelimiters<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match VCHAR.split(input) {
            ([], _) => Err(fail(input, "verp-delimiters")),
            (delimiters, rest) => Ok((rest, Self::checked(delimiters))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

fn check_keyword(text: &[u8]) -> Result<(), usize> {
    match text.first() {
        Some(b'-') | None => Err(0),
        Some(_) => KEYWORD.check(text),
    }
}

fn check_value(text: &[u8]) -> Result<(), usize> {
    if text.is_empty() {
        return Err(0);
    }
    VALUE.check(text)?;
    if let Some(at) = memchr::memchr(b'=', text) {
        return Err(at);
    }
    core::str::from_utf8(text).map(drop).map_err(|error| error.valid_up_to())
}

impl<'a> Wire<'a> for ParameterValue<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (value, rest) = VALUE.split(input);
        match check_value(value) {
            Ok(()) => {}
            // The value is only kept, so an `=` inside it is as good as any other octet.
            Err(at) if value.get(at) == Some(&b'=') && cx.tolerate(Deviation::RawXtext) => {}
            Err(at) => return Err(stop(input.get(at..).unwrap_or_default(), "esmtp-value")),
        }
        Ok((rest, Self::checked(value)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// A parameter that no extension known here defines, kept as data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OtherParameter<'a> {
    /// The keyword.
    pub keyword: ParameterKeyword<'a>,
    /// The value behind the `=`, if there is one.
    pub value: Option<ParameterValue<'a>>,
}

into_owned!(struct OtherParameter { keyword, value });

impl<'a> Wire<'a> for OtherParameter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, keyword) = keyword(input)?;
        let keyword = ParameterKeyword::checked(keyword);
        let Some((b'=', rest)) = rest.split_first() else {
            return Ok((rest, Self { keyword, value: None }));
        };
        let (rest, value) = ParameterValue::parse_part(rest, cx)?;
        Ok((rest, Self { keyword, value: Some(value) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.keyword.as_bytes());
        if let Some(value) = &self.value {
            out.byte(b'=').put(value);
        }
    }
}

/// `esmtp-keyword`.
pub(crate) fn keyword(input: &[u8]) -> PResult<'_, &[u8]> {
    match KEYWORD.split(input) {
        ([], _) | ([b'-', ..], _) => Err(fail(input, "esmtp-keyword")),
        (keyword, rest) => Ok((rest, keyword)),
    }
}

/// The keyword of a parameter, and what it is when it is known.
pub(crate) fn any_keyword<T>(
    input: &[u8],
    known: impl FnOnce(&[u8]) -> Option<T>,
) -> PResult<'_, Option<T>> {
    let (rest, word) = keyword(input)?;
    Ok((rest, known(word)))
}

/// What a list holds: the typed parameters of one command.
pub(crate) trait Parameter<'a>: Wire<'a> {
    /// Which known keyword this is, 0 to 31; `None` for one kept as data.
    fn number(&self) -> Option<u32>;
    /// The keyword, to find two that are alike.
    fn keyword(&self) -> Cow<'_, [u8]>;
    /// True for a keyword that is typed here, and so is never one kept as data.
    fn is_known(keyword: &[u8]) -> bool;

    /// Parses one parameter for its number alone. Where the parser can be seen through, no value is
    /// made.
    fn number_of(input: &'a [u8], cx: &Context) -> PResult<'a, Option<u32>> {
        let (rest, parameter) = Self::parse_part(input, cx)?;
        Ok((rest, parameter.number()))
    }
}

/// Checks `*(SP esmtp-param)` to the end of the line; gives the octets, without what follows, and
/// which known keywords they hold.
pub(crate) fn check_list<'a, P: Parameter<'a>>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, (&'a [u8], u32)> {
    let mut rest = input;
    let mut seen = 0_u32;
    let mut others = 0_u32;
    while let Some(next) = next_parameter(rest, cx)? {
        let (after, number) = P::number_of(next, cx)?;
        let repeated = match number {
            Some(number) => {
                let bit = 1_u32.checked_shl(number).unwrap_or_default();
                let repeated = seen & bit != 0;
                seen |= bit;
                repeated
            }
            None => {
                others = others.saturating_add(1);
                // Looking back costs time that grows with the square of the count.
                others > MAX_OTHERS || repeats::<P>(input, next, keyword(next)?.1)
            }
        };
        if repeated {
            return Err(stop(next, "esmtp-param"));
        }
        if !matches!(after.first(), None | Some(b' ' | b'\t')) {
            return Err(stop(after, "esmtp-param"));
        }
        rest = after;
    }
    let len = input.len().saturating_sub(rest.len());
    Ok((rest, (input.get(..len).unwrap_or_default(), seen)))
}

/// Most parameters that no extension known here defines.
const MAX_OTHERS: u32 = 32;

/// True when no parameter kept as data can be added: the list could not be read back.
pub(crate) fn is_full<'a, P: Parameter<'a>>(parameters: impl Iterator<Item = P>) -> bool {
    let others = parameters.filter(|parameter| parameter.number().is_none()).count();
    u32::try_from(others).is_ok_and(|others| others >= MAX_OTHERS)
}

/// True when a parameter before `here` has the same keyword.
fn repeats<'a, P: Parameter<'a>>(list: &'a [u8], here: &[u8], wanted: &[u8]) -> bool {
    let len = list.len().saturating_sub(here.len());
    Parameters::<P>::over(list.get(..len).unwrap_or_default())
        .any(|parameter| parameter.keyword().eq_ignore_ascii_case(wanted))
}

/// Steps over the space before a parameter. `None` at the end of the list.
fn next_parameter<'a>(
    input: &'a [u8],
    cx: &Context,
) -> Result<Option<&'a [u8]>, nom::Err<mailwire_core::parse::Fail>> {
    let Some((first, rest)) = input.split_first() else { return Ok(None) };
    if *first == b' ' && !matches!(rest.first(), None | Some(b' ' | b'\t')) {
        return Ok(Some(rest));
    }
    if KEYWORD.contains(*first) {
        // Only the first parameter can follow something else than a parameter: `<a@b>SIZE=1`.
        let tolerated = cx.tolerate(Deviation::MissingSpaceBeforeParameters);
        return if tolerated { Ok(Some(input)) } else { Err(stop(input, "SP")) };
    }
    let blanks = input.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(input.len());
    let rest = input.get(blanks..).unwrap_or_default();
    if blanks == 0 || rest.is_empty() {
        return Ok(None);
    }
    if cx.tolerate(Deviation::ExtraSpaces) { Ok(Some(rest)) } else { Err(stop(input, "SP")) }
}

/// Iterates over a checked list.
#[derive(Clone)]
pub(crate) struct Parameters<'a, P> {
    rest: &'a [u8],
    cx: Context,
    kind: core::marker::PhantomData<fn() -> P>,
}

impl<'a, P> Parameters<'a, P> {
    pub(crate) fn over(list: &'a [u8]) -> Self {
        // The list was checked under the caller's tolerance; it must not be refused now.
        let cx = Context::new(mailwire_core::Tolerance::<Deviation>::lenient());
        Self { rest: list, cx, kind: core::marker::PhantomData }
    }
}

impl<'a, P: Parameter<'a>> Iterator for Parameters<'a, P> {
    type Item = P;

    fn next(&mut self) -> Option<P> {
        let next = next_parameter(self.rest, &self.cx).ok().flatten()?;
        let (rest, parameter) = P::parse_part(next, &self.cx).ok()?;
        self.rest = rest;
        Some(parameter)
    }
}

/// Declares the parameter list of a command as a view over typed parameters.
macro_rules! parameter_list {
    ($(#[$meta:meta])* pub struct $list:ident of $parameter:ident) => {
        $(#[$meta])*
        #[derive(Clone, Default)]
        pub struct $list<'a> {
            /// `*(SP esmtp-param)`, checked.
            wire: alloc::borrow::Cow<'a, [u8]>,
            /// The known keywords in the list.
            seen: u32,
        }

        into_owned!(struct $list { wire, seen });

        impl<'a> $list<'a> {
            /// No parameters.
            #[must_use]
            pub const fn new() -> Self {
                Self { wire: alloc::borrow::Cow::Borrowed(&[]), seen: 0 }
            }

            /// The list with one parameter more.
            ///
            /// # Errors
            /// [`InvalidValue`](mailwire_core::InvalidValue) when the list has a parameter of that
            /// keyword, when a typed keyword is given as data, or when there are too many of those.
            pub fn with(mut self, parameter: $parameter<'_>) -> Result<Self, mailwire_core::InvalidValue> {
                use $crate::element::parameter::Parameter;
                let wanted = parameter.keyword();
                let refuse = |what| Err(mailwire_core::InvalidValue { what, at: self.wire.len() });
                if self.iter().any(|other| other.keyword().eq_ignore_ascii_case(&wanted)) {
                    return refuse("parameter list: a keyword stands in it once");
                }
                if parameter.number().is_none() {
                    if $parameter::is_known(&wanted) {
                        return refuse("parameter list: a known keyword has a type of its own");
                    }
                    if $crate::element::parameter::is_full(self.iter()) {
                        return refuse("parameter list: too many unknown keywords");
                    }
                }
                let wire = self.wire.to_mut();
                mailwire_core::Encoder::new(wire).sp().put(&parameter);
                if let Some(number) = parameter.number() {
                    self.seen |= 1_u32.checked_shl(number).unwrap_or_default();
                }
                Ok(self)
            }

            /// The parameters, in the order of the line.
            pub fn iter(&self) -> impl Iterator<Item = $parameter<'_>> {
                $crate::element::parameter::Parameters::over(&self.wire)
            }

            /// True when there are none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.wire.is_empty()
            }

            /// The octets of the list, each parameter with the space before it.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.wire
            }
        }

        impl<'a> mailwire_core::parse::Wire<'a> for $list<'a> {
            #[inline(always)]
            fn parse_part(
                input: &'a [u8],
                cx: &mailwire_core::parse::Context,
            ) -> mailwire_core::parse::PResult<'a, Self> {
                if input.is_empty() {
                    return Ok((input, Self::new()));
                }
                let (rest, (wire, seen)) =
                    $crate::element::parameter::check_list::<$parameter<'a>>(input, cx)?;
                Ok((rest, Self { wire: alloc::borrow::Cow::Borrowed(wire), seen }))
            }

            /// Writes each parameter in canonical form.
            fn encode(&self, out: &mut mailwire_core::Encoder<'_>) {
                for parameter in self.iter() {
                    out.sp().put(&parameter);
                }
            }
        }

        impl core::fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        /// Equal when the parameters are, in the same order.
        impl PartialEq for $list<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.iter().eq(other.iter())
            }
        }

        impl Eq for $list<'_> {}
    };
}
pub(crate) use parameter_list;

impl fmt::Display for OtherParameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.keyword)?;
        match &self.value {
            Some(value) => write!(f, "={value}"),
            None => Ok(()),
        }
    }
}

impl<'a> OtherParameter<'a> {
    /// A parameter from its keyword and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] when one of them cannot stand on the wire.
    pub fn new(
        keyword: impl mailwire_core::IntoBytes<'a>,
        value: Option<&'a str>,
    ) -> Result<Self, InvalidValue> {
        let value = value.map(ParameterValue::new).transpose()?;
        Ok(Self { keyword: ParameterKeyword::new(keyword)?, value })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::fmt::Write;

    use mailwire_core::Tolerance;

    use super::*;
    use crate::family::mail::{MailParameter, MailParameters};
    use crate::rows::{check_lenient, check_rejects, check_rows, parse};

    fn other(keyword: &'static str, value: Option<&'static str>) -> MailParameter<'static> {
        MailParameter::Other(OtherParameter::new(keyword, value).unwrap())
    }

    fn list(parameters: &[MailParameter<'_>]) -> MailParameters<'static> {
        let add = |list: MailParameters<'static>, one: &MailParameter<'_>| list.with(one.clone());
        parameters.iter().try_fold(MailParameters::new(), add).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"", list(&[])),
            (b" SIZE=1", list(&[MailParameter::Size(1)])),
            (b" PRDR SMTPUTF8", list(&[MailParameter::Prdr, MailParameter::SmtpUtf8])),
            // What is unknown is kept, with its case and in its place.
            (
                b" XOORG=a.example SIZE=1 x-flag",
                list(&[
                    other("XOORG", Some("a.example")),
                    MailParameter::Size(1),
                    other("x-flag", None),
                ]),
            ),
            (" X=\u{e9}".as_bytes(), list(&[other("X", Some("\u{e9}"))])),
        ]);
        check_rows(&[
            (b"8X", OtherParameter::new("8X", None).unwrap()),
            (b"X-1=<a,b;c>", OtherParameter::new("X-1", Some("<a,b;c>")).unwrap()),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<MailParameters<'_>>(&[
            (b"SIZE=1", "SP", 0),
            (b" SIZE=1 size=2", "esmtp-param", 8),
            (b" X=1 SIZE=1 x", "esmtp-param", 12),
            (b" SIZE=1;BODY=7BIT", "esmtp-param", 7),
            (b" =", "esmtp-keyword", 1),
            (b" X=\xff", "esmtp-value", 3),
            (b" X=a=b", "esmtp-value", 4),
            (b" X=\0", "esmtp-value", 3),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<MailParameters<'_>>(&[
            (b"  SIZE=1", Deviation::ExtraSpaces, b" SIZE=1"),
            (b"SIZE=1 X", Deviation::MissingSpaceBeforeParameters, b" SIZE=1 X"),
            (b" SIZE=1 \t X", Deviation::ExtraSpaces, b" SIZE=1 X"),
            (b" X=a=b", Deviation::RawXtext, b" X=a=b"),
        ]);
    }

    #[test]
    fn a_keyword_stands_in_a_list_once() {
        let list = list(&[MailParameter::Size(1), other("X-A", None)]);
        assert!(list.clone().with(MailParameter::Size(2)).is_err());
        assert!(list.clone().with(other("x-a", Some("1"))).is_err());
        assert!(list.with(other("X-B", None)).is_ok());
    }

    #[test]
    fn a_known_keyword_cannot_be_built_as_another() {
        // It would be read back as what it is known to be.
        let size = OtherParameter::new("size", Some("x"));
        assert!(size.is_ok(), "RCPT has no SIZE, so the keyword alone is no error");
        assert!(MailParameters::new().with(MailParameter::Other(size.unwrap())).is_err());
    }

    #[test]
    fn unknown_parameters_are_counted() {
        let names = |count: usize| {
            let mut names = String::new();
            (0..count).for_each(|name| write!(names, " X{name}").unwrap());
            names
        };
        let most = usize::try_from(MAX_OTHERS).unwrap();
        let (wire, over) = (names(most), names(most + 1));
        let (parsed, _) =
            parse::<MailParameters<'_>>(wire.as_bytes(), Tolerance::strict()).unwrap();
        assert_eq!(parsed.iter().count(), most);
        let error = parse::<MailParameters<'_>>(over.as_bytes(), Tolerance::lenient()).unwrap_err();
        assert_eq!((error.rule, error.at), ("esmtp-param", wire.len() + 1));
        let full = parsed.into_owned();
        assert!(full.with(other("ONE-MORE", None)).is_err(), "what is built can be read");
    }

    #[test]
    fn values_that_break_the_line_cannot_be_built() {
        for value in ["", "a b", "a=b", "a\r\nb", "a\0", "\u{7f}"] {
            assert!(OtherParameter::new("X", Some(value)).is_err(), "{value:?}");
        }
        for keyword in ["", "-X", "X Y", "X=", "X\r\n", "X_Y"] {
            assert!(OtherParameter::new(keyword, None).is_err(), "{keyword:?}");
        }
        let shown: Vec<_> = [OtherParameter::new("X", Some("v")), OtherParameter::new("Y", None)]
            .map(|parameter| alloc::format!("{}", parameter.unwrap()))
            .into();
        assert_eq!(shown, ["X=v", "Y"]);
    }
}
