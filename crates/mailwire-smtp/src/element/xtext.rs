//! `xtext`: octets in the value of a parameter, where a value takes neither blanks nor `=`.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use mailwire_core::encoder::Encoder;
use mailwire_core::owned::IntoBytes;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::ByteSet;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::tolerance::Deviation;

/// Octets in the encoding that ENVID, ORCPT, AUTH, SUBMITTER and XCLIENT use for their values.
///
/// RFC 3461 section 4. The encoded form is kept, because relays must pass a value on as it came.
/// [`decode`](Self::decode) gives the octets that it stands for; two values are equal when those
/// are.
///
/// # Grammar
/// ```abnf
/// xtext   = *( xchar / hexchar )
/// xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive,
///           except for "+" and "="
/// hexchar = ASCII "+" immediately followed by two upper case
///           hexadecimal digits
/// ```
/// Deviations: [`LowerCaseHex`](Deviation::LowerCaseHex), [`RawXtext`](Deviation::RawXtext). A value
/// that was parsed under one of them is kept in its legal form.
///
/// A hexchar never stands for a control octet: decoded values end up in logs and in the header of
/// delivery reports, where a CR LF would begin a line of the sender's choice.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> ENVID=hi+20there
/// ```
///
/// # Limits
/// None of its own; the length of the command line applies.
///
/// # Errors
/// `xtext`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::xtext::Xtext;
///
/// let xtext = Xtext::parse(b"hi+20there")?;
/// assert_eq!(xtext.decode(), &b"hi there"[..]);
/// assert_eq!(xtext.to_bytes(), b"hi+20there");
/// assert_eq!(Xtext::encode_text(b"hi there").unwrap(), xtext);
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct Xtext<'a>(Cow<'a, [u8]>);

wire_api!(Deviation: Xtext);

into_owned!(@impl Xtext, self => { Xtext(Cow::Owned(Cow::into_owned(self.0))) });

impl<'a> Wire<'a> for Xtext<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, encoded) = xtext(input, cx)?;
        Ok((rest, Self(encoded)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.0);
    }
}

/// Octets that stand for themselves.
static XCHAR: ByteSet = ByteSet::range(b'!', b'~').without(b"+=");

/// Reads xtext, and gives it in its legal form: that of `input` unless `input` deviates.
pub(super) fn xtext<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    let mut rest = input;
    // What is read so far, once its legal form is not that of `input`.
    let mut legal: Option<Vec<u8>> = None;
    loop {
        let (span, special) = XCHAR.split(rest);
        if let Some(legal) = &mut legal {
            legal.extend_from_slice(span);
        }
        let Some((&first @ (b'+' | b'='), behind)) = special.split_first() else {
            let (read, rest) = input.split_at(input.len() - special.len());
            return Ok((rest, legal.map_or(Cow::Borrowed(read), Cow::Owned)));
        };
        let (octet, deviation) = match hexchar(special) {
            Some(octet) if octet.is_ascii_control() => return Err(stop(special, "xtext")),
            Some(octet) => {
                let (digits, behind) = behind.split_at(2);
                rest = behind;
                let lower = digits.iter().any(u8::is_ascii_lowercase);
                (octet, lower.then_some(Deviation::LowerCaseHex))
            }
            None => {
                rest = behind;
                (first, Some(Deviation::RawXtext))
            }
        };
        match deviation {
            Some(deviation) if !cx.tolerate(deviation) => return Err(stop(special, "xtext")),
            None if legal.is_none() => {}
            _ => {
                let read = input.len() - special.len();
                let legal = legal.get_or_insert_with(|| input.split_at(read).0.to_vec());
                push_hexchar(legal, octet);
            }
        }
    }
}

/// The octet that a hexchar at the beginning of `input` stands for; hexadecimal in either case.
fn hexchar(input: &[u8]) -> Option<u8> {
    match *input {
        [b'+', high, low, ..] => Some(hex_digit(high)? << 4 | hex_digit(low)?),
        _ => None,
    }
}

/// The value of a hexadecimal digit in either case.
pub(super) const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn push_hexchar(out: &mut Vec<u8>, octet: u8) {
    let digit = |value: u8| {
        if value < 10 { b'0' + value } else { b'A' + (value - 10) }
    };
    out.extend_from_slice(&[b'+', digit(octet >> 4), digit(octet & 15)]);
}

/// The octets that legal xtext stands for.
pub(super) fn decode(encoded: &[u8]) -> Cow<'_, [u8]> {
    if encoded.contains(&b'+') {
        Cow::Owned(Octets(encoded).collect())
    } else {
        Cow::Borrowed(encoded)
    }
}

/// Decodes legal xtext octet by octet.
pub(super) struct Octets<'a>(pub(super) &'a [u8]);

impl Iterator for Octets<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (octet, width) = match hexchar(self.0) {
            Some(octet) => (octet, 3),
            None => (*self.0.first()?, 1),
        };
        self.0 = self.0.split_at(width).1;
        Some(octet)
    }
}

/// The xtext of octets; controls are refused, 8-bit octets are not.
pub(super) fn encode(octets: &[u8]) -> Result<Vec<u8>, InvalidValue> {
    let mut out = Vec::with_capacity(octets.len());
    for (at, &octet) in octets.iter().enumerate() {
        match octet {
            _ if XCHAR.contains(octet) => out.push(octet),
            _ if octet.is_ascii_control() => return Err(InvalidValue { what: "xtext", at }),
            _ => push_hexchar(&mut out, octet),
        }
    }
    Ok(out)
}

impl<'a> Xtext<'a> {
    /// A value from its encoded form.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is not xtext, or when a hexchar stands for a control octet.
    pub fn new(encoded: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let encoded = encoded.into_bytes();
        let cx = Context::new(mailwire_core::Tolerance::<Deviation>::strict());
        let left = match xtext(&encoded, &cx) {
            Ok(([], _)) => return Ok(Self(encoded)),
            Ok((rest, _)) => rest.len(),
            Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => fail.left,
            Err(nom::Err::Incomplete(_)) => 0,
        };
        Err(InvalidValue { what: "xtext", at: encoded.len() - left })
    }

    /// A value from the octets that it is to stand for.
    ///
    /// # Errors
    /// [`InvalidValue`] when there is a control octet.
    pub fn encode_text(octets: &[u8]) -> Result<Xtext<'static>, InvalidValue> {
        encode(octets).map(|encoded| Xtext(Cow::Owned(encoded)))
    }

    /// The octets that the value stands for; they are not always UTF-8.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, [u8]> {
        decode(&self.0)
    }

    /// The encoded form.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for Xtext<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || Octets(&self.0).eq(Octets(&other.0))
    }
}

impl Eq for Xtext<'_> {}

impl Hash for Xtext<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Octets(&self.0).for_each(|octet| state.write_u8(octet));
    }
}

impl fmt::Debug for Xtext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Xtext").field(&Escaped(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows, parse};
    use mailwire_core::Tolerance;
    use mailwire_core::encoder::to_bytes;
    use proptest::prelude::*;

    fn text(octets: &str) -> Xtext<'static> {
        Xtext::encode_text(octets.as_bytes()).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"", text("")),
            (b"QQ314159", text("QQ314159")),
            (b"hi+20there", text("hi there")),
            (b"e+3Dmc2@example.com", text("e=mc2@example.com")),
            (b"+2B+3D", text("+=")),
            // A relay keeps a hexchar that its octet does not need.
            (b"+41bc", Xtext::new("+41bc").unwrap()),
            (b"<>", text("<>")),
            // Octets over 127 are legal when encoded: MailKit sends UTF-8 that way.
            (b"abc@+E5+90+8D", text("abc@\u{540d}")),
        ]);
        check_rejects::<Xtext<'_>>(&[
            (b"a+0D+0Ab", "xtext", 1),
            (b"+00", "xtext", 0),
            (b"+7F", "xtext", 0),
            (b"a+3db", "xtext", 1),
            (b"a+b", "xtext", 1),
            (b"a+", "xtext", 1),
            (b"a=b", "xtext", 1),
            (b"a b", "end", 1),
            (b"a\x7f", "end", 1),
            ("\u{e9}".as_bytes(), "end", 0),
        ]);
        check_lenient::<Xtext<'_>>(&[
            (b"a+3db", Deviation::LowerCaseHex, b"a+3Db"),
            (b"+20a+3d+41", Deviation::LowerCaseHex, b"+20a+3D+41"),
            (b"a+b@c", Deviation::RawXtext, b"a+2Bb@c"),
            (b"a=b+", Deviation::RawXtext, b"a+3Db+2B"),
            (b"+20=+41", Deviation::RawXtext, b"+20+3D+41"),
        ]);
    }

    #[test]
    fn controls_are_refused_under_every_tolerance() {
        for control in (0..32_u8).chain([127]) {
            assert!(Xtext::encode_text(&[b'a', control]).is_err());
            let hexchar = alloc::format!("a+{control:02X}");
            assert!(parse::<Xtext<'_>>(hexchar.as_bytes(), Tolerance::lenient()).is_err());
            let hexchar = hexchar.to_lowercase();
            assert!(parse::<Xtext<'_>>(hexchar.as_bytes(), Tolerance::lenient()).is_err());
            assert!(Xtext::new(&hexchar).is_err());
        }
    }

    #[test]
    fn equality_looks_at_what_is_meant() {
        assert_eq!(Xtext::new("+41bc").unwrap(), Xtext::new("Abc").unwrap());
        assert_ne!(text("abc"), text("Abc"));
        assert_eq!(Xtext::new("a b"), Err(InvalidValue { what: "xtext", at: 1 }));
    }

    proptest! {
        #[test]
        fn roundtrip(octets: Vec<u8>) {
            if let Ok(value) = Xtext::encode_text(&octets) {
                prop_assert_eq!(value.decode(), &octets[..]);
                let wire = to_bytes(&value);
                let (parsed, met) = parse::<Xtext<'_>>(&wire, Tolerance::strict()).unwrap();
                prop_assert!(met.is_empty());
                prop_assert_eq!(parsed, value.clone());
            } else {
                prop_assert!(octets.iter().any(u8::is_ascii_control));
            }
        }

        #[test]
        fn lenient_values_are_written_in_legal_form(octets in "[+=a-fA-F0-9 ]{0,12}") {
            if let Ok((value, _)) = parse::<Xtext<'_>>(octets.as_bytes(), Tolerance::lenient()) {
                prop_assert!(Xtext::new(to_bytes(&value)).is_ok());
            }
        }
    }
}
