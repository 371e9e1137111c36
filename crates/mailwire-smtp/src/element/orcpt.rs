//! The address that a sender first gave for a recipient: the value of ORCPT.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{self, ByteSet};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::element::xtext::{self, hex_digit};
use crate::tolerance::Deviation;

/// The original address of a recipient, with its type; reports on the recipient quote it.
///
/// RFC 3461 section 4.2; RFC 6533 section 3 adds the type `utf-8`. Relays pass the value on in the
/// encoded form in which it came, so that form is kept. Two values are equal when their types, without
/// regard to case, and their decoded addresses are.
///
/// The decoded address need not be a mailbox: RFC 3461 does not hold it to the syntax of its type,
/// and `rfc822;root` is common.
///
/// # Grammar
/// ```abnf
/// original-recipient-address = addr-type ";" xtext
/// addr-type           = atom
///
/// utf-8-type-addr     = "utf-8;" utf-8-enc-addr
/// utf-8-addr-xtext    = 1*(QCHAR / EmbeddedUnicodeChar)
/// utf-8-addr-unitext  = 1*(QUCHAR / EmbeddedUnicodeChar)
/// QCHAR               = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e
/// QUCHAR              = QCHAR / UTF8-2 / UTF8-3 / UTF8-4
/// EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"   ; starts with "\x"
/// HEXPOINT            = ( ( "0"/"1" ) %x31-39 ) / "10" / "20" /
///                       "2B" / "3D" / "7F" / "5C" / (HEXDIG8 HEXDIG) /
///                       ( NZHEXDIG 2(HEXDIG) ) / ( NZDHEXDIG 3(HEXDIG) ) /
///                       ( "D" %x30-37 2(HEXDIG) ) / ( NZHEXDIG 4(HEXDIG) ) /
///                       ( "10" 4*HEXDIG )          ; read as 4HEXDIG
/// ```
/// An empty address is refused, though xtext may be empty. Deviations: those of
/// [`Xtext`](crate::element::xtext::Xtext); [`RawXtext`](Deviation::RawXtext) also counts for `utf-8`.
///
/// # Wire
/// ```text
/// C: RCPT TO:<b@example.org> ORCPT=rfc822;George+20@Tax-+20ME+20.GOV
/// C: RCPT TO:<b@example.org> ORCPT=utf-8;e\x{3D}mc2@\x{540D}.jp
/// ```
///
/// # Limits
/// The length of the command line. RFC 3461 speaks of 500 octets for all of the parameter.
///
/// # Errors
/// `addr-type`, `xtext`, `utf-8-enc-addr`, `HEXPOINT`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::orcpt::Orcpt;
///
/// let orcpt = Orcpt::parse(b"rfc822;e+3Dmc2@example.com")?;
/// assert_eq!(orcpt.addr_type(), "rfc822");
/// assert_eq!(orcpt.decode(), &b"e=mc2@example.com"[..]);
/// assert_eq!(orcpt.to_bytes(), b"rfc822;e+3Dmc2@example.com");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct Orcpt<'a> {
    encoded: Cow<'a, [u8]>,
    /// Where the `;` is.
    semicolon: usize,
}

wire_api!(Deviation: Orcpt);

into_owned!(@impl Orcpt, self => {
    Orcpt { encoded: Cow::Owned(Cow::into_owned(self.encoded)), semicolon: self.semicolon }
});

impl<'a> Wire<'a> for Orcpt<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, addr_type) = token::one_or_more(input, &ATOM, "addr-type")?;
        let (address, ()) = token::byte(rest, b';', "addr-type")?;
        let (rest, legal) = match addr_type {
            _ if is_utf_8(addr_type) => unitext(address, cx)?,
            _ => xtext::xtext(address, cx)?,
        };
        let encoded = match legal {
            _ if address.len() == rest.len() => return Err(fail(address, "xtext")),
            Cow::Borrowed(_) => Cow::Borrowed(input.split_at(input.len() - rest.len()).0),
            Cow::Owned(legal) => Cow::Owned([addr_type, b";", &legal].concat()),
        };
        Ok((rest, Self { encoded, semicolon: addr_type.len() }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.encoded);
    }
}

/// `atom` of RFC 822, without the `=` that no value of a parameter holds.
static ATOM: ByteSet = ByteSet::range(b'!', b'~').without(b"()<>@,;:\\\".[]=");
/// `QCHAR`, and the octets of UTF-8 over 127.
static QUCHAR: ByteSet = ByteSet::range(b'!', b'~').without(b"+=\\").and_range(0x80, 0xff);

fn is_utf_8(addr_type: &[u8]) -> bool {
    addr_type.eq_ignore_ascii_case(b"utf-8")
}

/// Reads an address of the type `utf-8`, and gives it in its legal form.
fn unitext<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    let mut rest = input;
    let mut legal: Option<Vec<u8>> = None;
    loop {
        let (span, special) = QUCHAR.split(rest);
        if let Err(error) = core::str::from_utf8(span) {
            return Err(stop(rest.split_at(error.valid_up_to()).1, "utf-8-enc-addr"));
        }
        let (mut read, mut point) = (special, None);
        match special.split_first() {
            Some((b'\\', _)) => match embedded(special) {
                Some((_, behind)) => read = behind,
                None => return Err(stop(special, "HEXPOINT")),
            },
            Some((&octet @ (b'+' | b'='), behind)) => {
                if !cx.tolerate(Deviation::RawXtext) {
                    return Err(stop(special, "utf-8-enc-addr"));
                }
                legal.get_or_insert_with(|| input.split_at(input.len() - rest.len()).0.to_vec());
                (read, point) = (behind, Some(char::from(octet)));
            }
            _ => {}
        }
        if let Some(legal) = &mut legal {
            legal.extend_from_slice(span);
            match point {
                Some(point) => push_embedded(legal, point),
                None => legal.extend_from_slice(special.split_at(special.len() - read.len()).0),
            }
        }
        if read.len() == special.len() {
            let (whole, rest) = input.split_at(input.len() - special.len());
            return Ok((rest, legal.map_or(Cow::Borrowed(whole), Cow::Owned)));
        }
        rest = read;
    }
}

/// The character of an `EmbeddedUnicodeChar` at the beginning of `input`, and the rest.
fn embedded(input: &[u8]) -> Option<(char, &[u8])> {
    let input = input.strip_prefix(b"\\x{")?;
    let (digits, rest) = input.split_at(input.iter().take(7).position(|&byte| byte == b'}')?);
    let mut point = 0_u32;
    for &digit in digits {
        point = point << 4 | u32::from(hex_digit(digit)?);
    }
    // The smallest point of each length is the one without leading zeros.
    let shortest = match digits.len() {
        2 => is_two_digit_point(point),
        3 => point >= 0x100,
        4 => point >= 0x1000,
        5 => point >= 0x1_0000,
        6 => point >= 0x10_0000,
        _ => false,
    };
    // `char` has no surrogates, as HEXPOINT has none.
    Some((char::from_u32(point).filter(|_| shortest)?, rest.split_first()?.1))
}

/// True for the points that HEXPOINT writes with two digits: octets that cannot stand for themselves.
///
/// The list is that of the RFC: it leaves NUL, 0A to 0F and 1A to 1F out, so no line can be broken.
const fn is_two_digit_point(point: u32) -> bool {
    matches!(point, 0x01..=0x09 | 0x10..=0x19 | 0x20 | 0x2b | 0x3d | 0x5c | 0x7f..=0xff)
}

fn push_embedded(out: &mut Vec<u8>, point: char) {
    out.extend_from_slice(alloc::format!("\\x{{{:02X}}}", u32::from(point)).as_bytes());
}

/// The text of a legal address of the type `utf-8`.
fn decode_unitext(encoded: &[u8]) -> Cow<'_, [u8]> {
    if !encoded.contains(&b'\\') {
        return Cow::Borrowed(encoded);
    }
    let mut out = Vec::with_capacity(encoded.len());
    let mut left = encoded;
    while let Some((&octet, behind)) = left.split_first() {
        left = match embedded(left) {
            Some((point, behind)) => {
                out.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
                behind
            }
            None => {
                out.push(octet);
                behind
            }
        };
    }
    Cow::Owned(out)
}

/// Writes `address` as unitext, or in its 7-bit form.
fn encode_unitext(address: &str, seven_bit: bool) -> Result<Vec<u8>, InvalidValue> {
    let mut out = Vec::with_capacity(address.len());
    for (at, point) in address.char_indices() {
        match point {
            _ if !point.is_ascii() && seven_bit => push_embedded(&mut out, point),
            _ if !point.is_ascii() => {
                out.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
            }
            '!'..='~' if !matches!(point, '+' | '=' | '\\') => {
                out.extend(u8::try_from(point));
            }
            _ if is_two_digit_point(u32::from(point)) => push_embedded(&mut out, point),
            _ => return Err(InvalidValue { what: "ORCPT", at }),
        }
    }
    Ok(out)
}

impl Orcpt<'_> {
    /// An address of the type `rfc822`, from its text.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is empty, or not printable US-ASCII.
    pub fn rfc822(address: &str) -> Result<Orcpt<'static>, InvalidValue> {
        Orcpt::new("rfc822", address.as_bytes())
    }

    /// An address of the type `utf-8`, from its text, with UTF-8 written as it is.
    ///
    /// A server without SMTPUTF8 must be sent the form that
    /// [`to_seven_bit`](Self::to_seven_bit) gives.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is empty, or holds a control that has no `HEXPOINT`.
    pub fn utf_8(address: &str) -> Result<Orcpt<'static>, InvalidValue> {
        Orcpt::build("utf-8", address.as_bytes(), encode_unitext(address, false)?)
    }

    /// An address of any type, from its octets.
    ///
    /// # Errors
    /// [`InvalidValue`] when the type is not an atom, or when the address is empty, is not printable
    /// US-ASCII or, for the type `utf-8`, is not what [`utf_8`](Self::utf_8) takes.
    pub fn new(addr_type: &str, address: &[u8]) -> Result<Orcpt<'static>, InvalidValue> {
        let encoded = if is_utf_8(addr_type.as_bytes()) {
            let text = core::str::from_utf8(address)
                .map_err(|error| InvalidValue { what: "ORCPT", at: error.valid_up_to() })?;
            encode_unitext(text, false)?
        } else {
            if let Some(at) = address.iter().position(|octet| !octet.is_ascii()) {
                return Err(InvalidValue { what: "ORCPT", at });
            }
            xtext::encode(address)?
        };
        Orcpt::build(addr_type, address, encoded)
    }

    fn build(
        addr_type: &str,
        address: &[u8],
        encoded: Vec<u8>,
    ) -> Result<Orcpt<'static>, InvalidValue> {
        let semicolon = addr_type.len();
        match ATOM.check(addr_type.as_bytes()) {
            Err(at) => Err(InvalidValue { what: "addr-type", at }),
            Ok(()) if addr_type.is_empty() => Err(InvalidValue { what: "addr-type", at: 0 }),
            Ok(()) if address.is_empty() => Err(InvalidValue { what: "ORCPT", at: 0 }),
            Ok(()) => Ok(Orcpt {
                encoded: Cow::Owned([addr_type.as_bytes(), b";", &encoded].concat()),
                semicolon,
            }),
        }
    }

    /// The type of the address, as it was written: `rfc822`, `utf-8`, `x400` and others.
    #[must_use]
    pub fn addr_type(&self) -> &str {
        // An atom is ASCII, so the default is never taken.
        core::str::from_utf8(self.parts().0).unwrap_or_default()
    }

    /// The address in its encoded form.
    #[must_use]
    pub fn address(&self) -> &[u8] {
        self.parts().1
    }

    /// The address as the sender wrote it. It is UTF-8 when the type is `utf-8`.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, [u8]> {
        match self.parts() {
            (addr_type, address) if is_utf_8(addr_type) => decode_unitext(address),
            (_, address) => xtext::decode(address),
        }
    }

    /// Type and address in the encoded form, which relays pass on.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }

    /// True when the encoded form is ASCII, so that any server takes it.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.encoded.is_ascii()
    }

    /// The same value in ASCII, for a server without SMTPUTF8: `utf-8-addr-xtext`.
    #[must_use]
    pub fn to_seven_bit(&self) -> Orcpt<'_> {
        let mut encoded = Cow::Borrowed(&*self.encoded);
        if let (false, Ok(text)) = (self.is_ascii(), core::str::from_utf8(&self.encoded)) {
            let mut out = Vec::with_capacity(text.len() * 2);
            for point in text.chars() {
                match u8::try_from(point) {
                    Ok(octet) if octet.is_ascii() => out.push(octet),
                    _ => push_embedded(&mut out, point),
                }
            }
            encoded = Cow::Owned(out);
        }
        Orcpt { encoded, semicolon: self.semicolon }
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        let (addr_type, address) = self.encoded.split_at(self.semicolon);
        (addr_type, address.split_first().map_or(address, |(_, address)| address))
    }
}

impl PartialEq for Orcpt<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
            || self.parts().0.eq_ignore_ascii_case(other.parts().0)
                && self.decode() == other.decode()
    }
}

impl Eq for Orcpt<'_> {}

impl Hash for Orcpt<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.parts().0 {
            state.write_u8(byte.to_ascii_lowercase());
        }
        self.decode().hash(state);
    }
}

impl fmt::Debug for Orcpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Orcpt").field(&Escaped(&self.encoded)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use mailwire_core::Tolerance;
    use proptest::prelude::*;

    const DOMAIN: &str = "\u{30c9}\u{30e1}\u{30a4}\u{30f3}\u{540d}\u{4f8b}";

    #[test]
    fn rows() {
        let rfc822 = |address| Orcpt::rfc822(address).unwrap();
        let utf_8 = |address: &str| Orcpt::utf_8(address).unwrap();
        let address = alloc::format!("e=mc2@{DOMAIN}.jp");
        let unitext = alloc::format!("utf-8;e\\x{{3D}}mc2@{DOMAIN}.jp");
        let xtext = b"UTF-8;e\\x{3D}mc2@\\x{30C9}\\x{30E1}\\x{30A4}\\x{30F3}\\x{540D}\\x{4F8B}.jp";
        let seven_bit = |addr_type, address: &str| {
            let value = Orcpt::new(addr_type, address.as_bytes()).unwrap();
            value.to_seven_bit().into_owned()
        };
        let points = "\u{1}\u{7f}\u{80}\u{100}\u{d7ff}\u{e000}\u{10000}\u{10ffff}";
        check_rows(&[
            (b"rfc822;Bob@Example.COM", rfc822("Bob@Example.COM")),
            (b"rfc822;George+20@Tax-+20ME+20.GOV", rfc822("George @Tax- ME .GOV")),
            (b"rfc822;root", rfc822("root")),
            (b"RFC822;e+3Dmc2@example.com", Orcpt::new("RFC822", b"e=mc2@example.com").unwrap()),
            (b"x400;/C+3DUS/", Orcpt::new("x400", b"/C=US/").unwrap()),
            (unitext.as_bytes(), utf_8(&address)),
            (xtext, seven_bit("UTF-8", &address)),
            (
                b"utf-8;\\x{01}\\x{7F}\\x{80}\\x{100}\\x{D7FF}\\x{E000}\\x{10000}\\x{10FFFF}",
                seven_bit("utf-8", points),
            ),
        ]);
        for (bytes, value) in [
            (&b"RFC822;+42ob"[..], rfc822("Bob")),
            // ABNF letters have no case.
            (b"utf-8;\\x{3d}\\x{10ffff}", utf_8("=\u{10ffff}")),
            (xtext, utf_8(&address)),
        ] {
            let (parsed, _) = Orcpt::parse_with(bytes, Tolerance::strict()).unwrap();
            assert_eq!(parsed, value);
            assert_eq!(parsed.to_bytes(), bytes, "relayed as it came");
        }
        check_rejects::<Orcpt<'_>>(&[
            (b"", "addr-type", 0),
            (b";", "addr-type", 0),
            (b";hello@domain.org", "addr-type", 0),
            (b"rfc822", "addr-type", 6),
            (b"rfc.822;a", "addr-type", 3),
            (b"rfc822;", "xtext", 7),
            (b"utf-8;", "xtext", 6),
            (b"rfc822;a+0D+0Ab", "xtext", 8),
            (b"rfc822;a+b", "xtext", 8),
            ("rfc822;\u{e9}".as_bytes(), "xtext", 7),
            (b"utf-8;a+2Bb", "utf-8-enc-addr", 7),
            (b"utf-8;a=b", "utf-8-enc-addr", 7),
            (b"utf-8;a\xe9b", "utf-8-enc-addr", 7),
            (b"utf-8;a\\\\b", "HEXPOINT", 7),
            (b"utf-8;\\x{41}", "HEXPOINT", 6),
            (b"utf-8;\\x{0A}", "HEXPOINT", 6),
            (b"utf-8;\\x{1F}", "HEXPOINT", 6),
            (b"utf-8;\\x{0}", "HEXPOINT", 6),
            (b"utf-8;\\x{}", "HEXPOINT", 6),
            (b"utf-8;\\x{030C9}", "HEXPOINT", 6),
            (b"utf-8;\\x{D800}", "HEXPOINT", 6),
            (b"utf-8;\\x{110000}", "HEXPOINT", 6),
            (b"utf-8;\\x{1000000}", "HEXPOINT", 6),
            (b"utf-8;\\x{3D", "HEXPOINT", 6),
            (b"utf-8;\\X{3D}", "HEXPOINT", 6),
        ]);
        check_lenient::<Orcpt<'_>>(&[
            (b"rfc822;a+b@c", Deviation::RawXtext, b"rfc822;a+2Bb@c"),
            (b"rfc822;a+2bb@c", Deviation::LowerCaseHex, b"rfc822;a+2Bb@c"),
            (b"UTF-8;\\x{3D}a+b=@\xc3\xa9", Deviation::RawXtext, {
                b"UTF-8;\\x{3D}a\\x{2B}b\\x{3D}@\xc3\xa9"
            }),
        ]);
    }

    #[test]
    fn values_that_break_the_wire_cannot_be_built() {
        for (addr_type, address) in [
            ("", &b"a"[..]),
            ("a;b", b"a"),
            ("a b", b"a"),
            ("rfc822", b""),
            ("rfc822", b"a\r\nb"),
            ("rfc822", b"\xc3\xa9"),
            ("utf-8", b""),
            ("utf-8", b"\xff"),
            ("utf-8", b"a\r\nb"),
            ("utf-8", b"a\0b"),
        ] {
            assert!(Orcpt::new(addr_type, address).is_err(), "{addr_type} {address:?}");
        }
    }

    #[test]
    fn seven_bit_form_is_the_same_value() {
        let orcpt = Orcpt::utf_8(&alloc::format!("a b@{DOMAIN}.jp")).unwrap();
        let seven_bit = orcpt.to_seven_bit();
        assert!(seven_bit.is_ascii() && !orcpt.is_ascii());
        assert_eq!(seven_bit, orcpt);
        assert!(seven_bit.as_bytes().starts_with(b"utf-8;a\\x{20}b@\\x{30C9}"));
        assert!(size_of::<Orcpt<'_>>() <= 64);
    }

    proptest! {
        #[test]
        fn utf_8_roundtrip(address in any::<String>()) {
            if let Ok(orcpt) = Orcpt::utf_8(&address) {
                for wire in [orcpt.to_bytes(), orcpt.to_seven_bit().to_bytes()] {
                    let (parsed, _) = Orcpt::parse_with(&wire, Tolerance::strict()).unwrap();
                    prop_assert_eq!(parsed.decode(), address.as_bytes());
                    prop_assert_eq!(&parsed, &orcpt);
                }
            }
        }

        #[test]
        fn lenient_values_are_written_in_legal_form(address in r"[+=\\x{}a-f0-9é]{0,16}") {
            for addr_type in ["utf-8;", "rfc822;"] {
                let wire = [addr_type, &address].concat();
                if let Ok((value, _)) = Orcpt::parse_with(wire.as_bytes(), Tolerance::lenient()) {
                    let legal = value.to_bytes();
                    prop_assert!(Orcpt::parse_with(&legal, Tolerance::strict()).is_ok());
                }
            }
        }
    }

    use alloc::string::String;
}
