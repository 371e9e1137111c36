//! Addresses of an envelope, and lists of them.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{into_owned, wire_api};

use super::string::{IString, nstring, skip_nstring, trusted, write_nstring};
use crate::Mode;
use crate::token::{close, nil, open, plain_nstring, sp};
use crate::tolerance::Deviation;

/// One address of a header, taken apart.
///
/// RFC 9051 section 7.5.2. The fields are as the server gives them: some fill a name that they could not
/// read with a mark of their own (`MISSING_DOMAIN`, `.MISSING-HOST-NAME.`); see
/// [`is_placeholder`](Self::is_placeholder).
///
/// # Grammar
/// ```abnf
/// address      = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
/// addr-name    = nstring
/// addr-adl     = nstring
/// addr-mailbox = nstring
/// addr-host    = nstring
/// ```
/// Deviations: those of [`IString`], [`LongAddress`](Deviation::LongAddress),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// ("Terry Gray" NIL "gray" "cac.washington.edu")
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `address`, `addr-name`, `addr-adl`, `addr-mailbox`, `addr-host`, `SP`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::element::address::Address;
///
/// let address = Address::parse(br#"("Terry Gray" NIL "gray" "cac.washington.edu")"#)?;
/// assert_eq!(address.mailbox.as_ref().unwrap().as_bytes(), b"gray");
/// assert_eq!(address.to_bytes(), br#"("Terry Gray" NIL "gray" "cac.washington.edu")"#);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Address<'a> {
    /// The display name, often with encoded words (RFC 2047).
    pub name: Option<IString<'a>>,
    /// The source route of RFC 822.
    pub adl: Option<IString<'a>>,
    /// The local part; the name of a group where `host` is `None`; the end of a group where both are.
    pub mailbox: Option<IString<'a>>,
    /// The domain.
    pub host: Option<IString<'a>>,
}

/// A list of addresses from an envelope; `NIL` is the empty list.
///
/// RFC 9051 section 9. It is checked once and kept as its octets; addresses are decoded when they are
/// iterated.
///
/// # Grammar
/// ```abnf
/// env-from = "(" 1*address ")" / nil
/// ```
/// Deviations: those of [`Address`], [`SpaceBetweenItems`](Deviation::SpaceBetweenItems),
/// [`NilInList`](Deviation::NilInList), [`EmptyList`](Deviation::EmptyList).
///
/// # Wire
/// ```text
/// ((NIL NIL "imap" "cac.washington.edu")(NIL NIL "minutes" "CNRI.Reston.VA.US"))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `address-list` where no list begins; those of [`Address`].
///
/// # Example
/// ```
/// use mailwire_imap::element::address::{AddressList, Entry};
///
/// let list = AddressList::parse(
///     br#"((NIL NIL "team" NIL)(NIL NIL "a" "b.c")(NIL NIL NIL NIL)(NIL NIL "d" "e.f"))"#,
/// )?;
/// assert_eq!(list.len(), 4);
/// let mut entries = list.entries();
/// let Some(Entry::Group { name, members }) = entries.next() else { panic!() };
/// assert_eq!((name.as_bytes(), members.count()), (&b"team"[..], 1));
/// assert!(matches!(entries.next(), Some(Entry::Address(_))));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, Default)]
pub struct AddressList<'a> {
    /// What stands between the outer parentheses.
    wire: Cow<'a, [u8]>,
    len: u32,
    /// True where all addresses are plain ones, which are written as they stand.
    plain: bool,
}

wire_api!(Deviation, crate::Mode: Address, AddressList);
into_owned!(struct Address { name, adl, mailbox, host });
into_owned!(struct AddressList { wire, len, plain });

impl<'a> Wire<'a> for Address<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = open(input, "address")?;
        let (rest, name) = nstring(rest, cx, "addr-name")?;
        let (rest, ()) = sp(rest, cx)?;
        let (rest, adl) = nstring(rest, cx, "addr-adl")?;
        let (rest, ()) = sp(rest, cx)?;
        let (rest, mailbox) = nstring(rest, cx, "addr-mailbox")?;
        let (rest, ()) = sp(rest, cx)?;
        let (end, host) = nstring(rest, cx, "addr-host")?;
        match close(end, cx, "address") {
            Ok((rest, ())) => Ok((rest, Self { name, adl, mailbox, host })),
            Err(_) if end.first() == Some(&b' ') && cx.allows(Deviation::LongAddress) => {
                long_address(input.get(1..).unwrap_or_default(), cx)
            }
            Err(error) => Err(error),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        let fields = [&self.name, &self.adl, &self.mailbox, &self.host];
        out.separated(b' ', fields, |out, field| write_nstring(out, field.as_ref()));
        out.byte(b')');
    }
}

/// What is behind an address with nothing odd in it: it is written as it stands.
#[inline]
fn plain_address(input: &[u8]) -> Option<&[u8]> {
    let mut rest = input.strip_prefix(b"(")?;
    for _ in 0..3 {
        rest = plain_nstring(rest)?.strip_prefix(b" ")?;
    }
    plain_nstring(rest)?.strip_prefix(b")")
}

/// An address with escapes, literals, or another deviation from the plain form, checked and not decoded.
#[cold]
fn skip_odd_address<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    let (rest, ()) = open(input, "address")?;
    let (rest, ()) = skip_nstring(rest, cx, "addr-name")?;
    let (rest, ()) = sp(rest, cx)?;
    let (rest, ()) = skip_nstring(rest, cx, "addr-adl")?;
    let (rest, ()) = sp(rest, cx)?;
    let (rest, ()) = skip_nstring(rest, cx, "addr-mailbox")?;
    let (rest, ()) = sp(rest, cx)?;
    let (end, ()) = skip_nstring(rest, cx, "addr-host")?;
    match close(end, cx, "address") {
        Err(_) if end.first() == Some(&b' ') && cx.allows(Deviation::LongAddress) => {
            long_address(input.get(1..).unwrap_or_default(), cx).map(|(rest, _)| (rest, ()))
        }
        closed => closed,
    }
}

/// More fields than an address has: the last three are what they are, the others are the name.
#[cold]
fn long_address<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Address<'a>> {
    let mut fields = Vec::new();
    let mut rest = input;
    let rest = loop {
        let (end, field) = nstring(rest, cx, "address")?;
        fields.push(field);
        match end.first() {
            Some(b' ') => match close(end, cx, "address") {
                Ok((rest, ())) => break rest,
                Err(_) => (rest, ()) = sp(end, cx)?,
            },
            _ => break close(end, cx, "address")?.0,
        }
    };
    let _ = cx.tolerate(Deviation::LongAddress);
    let host = fields.pop().flatten();
    let mailbox = fields.pop().flatten();
    let adl = fields.pop().flatten();
    let pieces: Vec<_> = fields.iter().flatten().map(IString::as_bytes).collect();
    let name = (!pieces.is_empty()).then(|| IString::new(pieces.join(&b' ')).ok()).flatten();
    Ok((rest, Address { name, adl, mailbox, host }))
}

impl<'a> Wire<'a> for AddressList<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() != Some(&b'(') {
            return match nil(input) {
                Some(rest) => Ok((rest, Self::default())),
                None => Err(fail(input, "address-list")),
            };
        }
        let (inside, ()) = open(input, "address-list")?;
        let mut rest = inside;
        let (mut len, mut plain) = (0_u32, true);
        loop {
            rest = match (plain_address(rest), rest) {
                (Some(behind), _) => {
                    len = len.saturating_add(1);
                    behind
                }
                (None, [b'(', ..]) => {
                    (len, plain) = (len.saturating_add(1), false);
                    skip_odd_address(rest, cx)?.0
                }
                (None, [b')', ..]) if len > 0 => break,
                _ => {
                    plain = false;
                    skip_odd_item(rest, inside, cx)?.0
                }
            };
            if rest.first() == Some(&b')') {
                break;
            }
        }
        cx.check_elements(len as usize, rest)?;
        let wire = inside.split_at(inside.len() - rest.len()).0;
        Ok((rest.get(1..).unwrap_or_default(), Self { wire: Cow::Borrowed(wire), len, plain }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.is_empty() {
            out.keyword("NIL");
            return;
        }
        out.byte(b'(');
        if self.plain {
            out.bytes(&self.wire);
        } else {
            // Strings are written again, because the forms that are legal depend on the mode.
            self.iter().for_each(|address| address.encode(out));
        }
        out.byte(b')');
    }
}

/// Spaces, NIL and an early end, where an address belongs.
#[cold]
fn skip_odd_item<'a>(rest: &'a [u8], inside: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    let (deviation, behind) = match rest {
        [b' ', behind @ ..] => (Deviation::SpaceBetweenItems, behind),
        [b')', ..] if rest.len() == inside.len() => (Deviation::EmptyList, rest),
        _ => match nil(rest) {
            Some(behind) => (Deviation::NilInList, behind),
            None => return Err(stop(rest, "address")),
        },
    };
    if cx.tolerate(deviation) { Ok((behind, ())) } else { Err(stop(rest, "address")) }
}

/// The addresses of a list.
#[derive(Clone)]
pub struct Addresses<'a>(&'a [u8]);

impl<'a> Iterator for Addresses<'a> {
    type Item = Address<'a>;

    fn next(&mut self) -> Option<Address<'a>> {
        let begin = memchr::memchr(b'(', self.0)?;
        // The octets were checked.
        let (rest, address) = Address::parse_part(self.0.get(begin..)?, &trusted()).ok()?;
        self.0 = rest;
        Some(address)
    }
}

impl fmt::Debug for Addresses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// An entry of a list of addresses.
#[derive(Debug, Clone)]
pub enum Entry<'a> {
    /// A single address.
    Address(Address<'a>),
    /// A group.
    Group {
        /// Its name.
        name: IString<'a>,
        /// Its members.
        members: Addresses<'a>,
    },
}

/// The entries of a list.
#[derive(Debug, Clone)]
pub struct Entries<'a>(Addresses<'a>);

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            let address = self.0.next()?;
            let (mailbox, host) = (&address.mailbox, &address.host);
            let name = match (mailbox, host) {
                (_, Some(_)) => return Some(Entry::Address(address)),
                // An end where nothing has begun.
                (None, None) => continue,
                (Some(name), None) => name.clone(),
            };
            let begin = self.0.0;
            let mut behind = self.0.clone();
            loop {
                let before = behind.0.len();
                match behind.next() {
                    Some(Address { mailbox: None, host: None, .. }) => {
                        let members = begin.get(..begin.len() - before).unwrap_or_default();
                        self.0 = behind;
                        return Some(Entry::Group { name, members: Addresses(members) });
                    }
                    Some(Address { host: Some(_), .. }) => {}
                    // No end, or another beginning before it: the list is flat.
                    _ => return Some(Entry::Address(address)),
                }
            }
        }
    }
}

impl<'a> AddressList<'a> {
    /// The list once more, where its octets, with their parentheses, stand at the beginning of `input` too;
    /// what follows them has no part in it.
    #[inline]
    pub(crate) fn again(&self, octets: &[u8], input: &'a [u8]) -> Option<(&'a [u8], Self)> {
        let rest = if self.plain { input.strip_prefix(octets)? } else { return None };
        let wire = input.get(1..octets.len().checked_sub(1)?)?;
        Some((rest, Self { wire: Cow::Borrowed(wire), len: self.len, plain: true }))
    }

    /// A list of these addresses.
    #[must_use]
    pub fn new<'x>(addresses: impl IntoIterator<Item = Address<'x>>) -> AddressList<'static> {
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        let mut out = Encoder::new(&mut wire).with_mode(mode);
        let mut len = 0_u32;
        for address in addresses {
            address.encode(&mut out);
            len = len.saturating_add(1);
        }
        let mut rest = &*wire;
        while let Some(behind) = plain_address(rest) {
            rest = behind;
        }
        let plain = rest.is_empty();
        AddressList { wire: Cow::Owned(wire), len, plain }
    }

    /// How many addresses there are, with the marks of groups.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True for NIL.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The addresses, with the marks of groups.
    #[must_use]
    pub fn iter(&self) -> Addresses<'_> {
        Addresses(&self.wire)
    }

    /// The addresses and groups. A group without an end is a flat list, and begins with its mark.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        Entries(self.iter())
    }
}

impl Address<'_> {
    /// True where the server had no local part or no domain, and gives a mark of its own for it: Dovecot,
    /// Cyrus, UW and Coremail do.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        const MAILBOXES: [&[u8]; 2] = [b"MISSING_MAILBOX", b"unknown-name"];
        const HOSTS: [&[u8]; 4] =
            [b"MISSING_DOMAIN", b".MISSING-HOST-NAME.", b"unspecified-domain", b"unknown-domain"];
        let is_one = |field: &Option<IString<'_>>, marks: &[&[u8]]| {
            field.as_ref().is_some_and(|field| marks.contains(&field.as_bytes()))
        };
        is_one(&self.mailbox, &MAILBOXES) || is_one(&self.host, &HOSTS)
    }
}

/// Equal when the addresses are, however they are written.
impl PartialEq for AddressList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && (self.wire == other.wire || self.iter().eq(other.iter()))
    }
}

impl Eq for AddressList<'_> {}

impl fmt::Debug for AddressList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AddressList").field(&Escaped(&self.wire)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use proptest::prelude::*;

    fn address(fields: [Option<&str>; 4]) -> Address<'_> {
        let [name, adl, mailbox, host] =
            fields.map(|field| field.map(|field| IString::new(field).unwrap()));
        Address { name, adl, mailbox, host }
    }

    fn plain(mailbox: &str) -> Address<'_> {
        address([None, None, Some(mailbox), Some("b.c")])
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"(NIL NIL NIL NIL)", Address::default()),
            (b"(\"\" NIL \"a\" \"b.c\")", address([Some(""), None, Some("a"), Some("b.c")])),
            (b"(\"a\\\"\" \"@x\" {2}\r\n\r\n \"c\")", {
                address([Some("a\""), Some("@x"), Some("\r\n"), Some("c")])
            }),
        ]);
        check_rows(&[
            (b"NIL", AddressList::new([])),
            (b"((NIL NIL \"a\" \"b.c\"))", AddressList::new([plain("a")])),
            (b"((NIL NIL \"a\" \"b.c\")(NIL NIL \"d\" \"b.c\"))", {
                AddressList::new([plain("a"), plain("d")])
            }),
        ]);
        check_rejects::<Address<'_>>(&[
            (b"NIL", "address", 0),
            (b"(NIL NIL NIL)", "SP", 12),
            (b"(NIL NIL NIL NIL NIL)", "address", 16),
            (b"(a NIL NIL NIL)", "addr-name", 1),
            (b"(NIL () NIL NIL)", "addr-adl", 5),
        ]);
        check_rejects::<AddressList<'_>>(&[
            (b"\"\"", "address-list", 0),
            (b"((NIL NIL NIL NIL)", "address", 18),
            (b"((NIL NIL NIL NIL)\"\")", "address", 18),
            (b"(a)", "address", 1),
        ]);
        check_lenient::<AddressList<'_>>(&[
            (
                b"((NIL NIL \"a\" \"b.c\") (NIL NIL \"d\" \"b.c\"))",
                Deviation::SpaceBetweenItems,
                b"((NIL NIL \"a\" \"b.c\")(NIL NIL \"d\" \"b.c\"))",
            ),
            (b"()", Deviation::EmptyList, b"NIL"),
            (b"(NIL(NIL NIL \"a\" \"b.c\"))", Deviation::NilInList, b"((NIL NIL \"a\" \"b.c\"))"),
            (b"((NIL  NIL \"a\" \"b.c\"))", Deviation::ExtraSpaces, b"((NIL NIL \"a\" \"b.c\"))"),
            (b"((NIL NIL \"a\" \"b.c\" ))", Deviation::TrailingSpace, b"((NIL NIL \"a\" \"b.c\"))"),
            (
                b"((NIL NIL \"\xfc\" NIL))",
                Deviation::EightBitQuoted,
                b"((NIL NIL {1}\r\n\xfc NIL))",
            ),
            (
                b"((\"A\" \"B\" NIL NIL \"a\" \"b.c\")(NIL NIL NIL NIL NIL))",
                Deviation::LongAddress,
                b"((\"A B\" NIL \"a\" \"b.c\")(NIL NIL NIL NIL))",
            ),
        ]);
    }

    #[test]
    fn groups_begin_and_end_with_marks() {
        let begin = |name| address([None, None, Some(name), None]);
        let shape = |addresses: Vec<Address<'_>>| -> Vec<Option<usize>> {
            AddressList::new(addresses)
                .entries()
                .map(|entry| match entry {
                    Entry::Address(_) => None,
                    Entry::Group { members, .. } => Some(members.count()),
                })
                .collect()
        };
        let end = Address::default;
        assert_eq!(shape(alloc::vec![begin("x"), end()]), [Some(0)]);
        let both = alloc::vec![plain("a"), begin("x"), plain("b"), plain("c"), end(), plain("d")];
        assert_eq!(shape(both), [None, Some(2), None]);
        // Marks without their other half.
        assert_eq!(shape(alloc::vec![begin("x"), plain("a")]), [None, None]);
        assert_eq!(shape(alloc::vec![begin("x"), begin("y"), plain("a"), end()]), [None, Some(1)]);
        assert_eq!(shape(alloc::vec![end(), plain("a")]), [None]);
        assert!(address([None, None, Some("MISSING_MAILBOX"), None]).is_placeholder());
        assert!(!plain("a").is_placeholder());
    }

    proptest! {
        #[test]
        fn roundtrip(fields: Vec<[Option<Vec<u8>>; 4]>) {
            let list = AddressList::new(fields.into_iter().map(|fields| {
                let [name, adl, mailbox, host] = fields.map(|field| {
                    field.and_then(|field| IString::new(field).ok())
                });
                Address { name, adl, mailbox, host }
            }));
            let wire = list.to_bytes();
            let (parsed, met) =
                AddressList::parse_with(&wire, crate::Tolerance::strict()).unwrap();
            prop_assert!(met.is_empty());
            prop_assert_eq!(parsed.iter().count(), parsed.len());
            prop_assert_eq!(parsed, list);
        }
    }
}
