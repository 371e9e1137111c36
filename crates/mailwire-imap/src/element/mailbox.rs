//! Mailbox names, and the patterns of LIST.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::hash::{Hash, Hasher};

use mailwire_core::encoder::Encoder;
use mailwire_core::owned::IntoBytes;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::ByteSet;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::mutf7;
use crate::Mode;
use crate::token::{
    ASTRING_CHAR, LIST_CHAR, astring, plain_string, string, write_astring, write_string,
};
use crate::tolerance::Deviation;

/// The name of a mailbox, as its octets.
///
/// RFC 9051 section 5.1, RFC 3501 section 5.1.3, RFC 9755. What the octets mean depends on the session:
/// UTF-8 in [`Mode::UTF8`], and [modified UTF-7](mutf7) else. They are kept as they came, because
/// servers have names that are neither; [`decode`](Self::decode) gives the text. Two names are equal
/// when their octets are, or when both are `INBOX` in any case.
///
/// # Grammar
/// ```abnf
/// mailbox = "INBOX" / astring
/// ```
/// Deviations: [`EightBitMailbox`](Deviation::EightBitMailbox),
/// [`EightBitQuoted`](Deviation::EightBitQuoted), [`NeedlessEscape`](Deviation::NeedlessEscape).
///
/// # Wire
/// ```text
/// S: * LIST () "/" "Entw&APw-rfe/2024"
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `mailbox`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::Mode;
/// use mailwire_imap::element::mailbox::Mailbox;
///
/// let mailbox = Mailbox::parse(b"\"Entw&APw-rfe\"")?;
/// assert_eq!(mailbox.decode(Mode::REV1).unwrap(), "Entw\u{fc}rfe");
/// assert_eq!(mailbox, Mailbox::from_text("Entw\u{fc}rfe", Mode::REV1).unwrap());
/// assert_eq!(mailbox.to_bytes(), b"Entw&APw-rfe");
/// assert_eq!(Mailbox::parse(b"iNbOx")?, Mailbox::INBOX);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct Mailbox<'a>(Cow<'a, [u8]>);

/// What LIST and LSUB look for: a mailbox name with wildcards.
///
/// RFC 9051 section 6.3.9. `*` stands for any octets, `%` for any but the hierarchy delimiter.
///
/// # Grammar
/// ```abnf
/// list-mailbox   = 1*list-char / string
/// list-char      = ATOM-CHAR / list-wildcards / resp-specials
/// list-wildcards = "%" / "*"
/// ```
///
/// # Wire
/// ```text
/// C: A1 LIST "" Archive/%
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `list-mailbox`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mailbox::{Mailbox, MailboxPattern};
///
/// let pattern = MailboxPattern::parse(b"Archive/%")?;
/// assert!(pattern.matches(&Mailbox::new("Archive/2024").unwrap(), Some(b'/')));
/// assert!(!pattern.matches(&Mailbox::new("Archive/2024/May").unwrap(), Some(b'/')));
/// assert_eq!(pattern.to_bytes(), b"Archive/%");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailboxPattern<'a>(Cow<'a, [u8]>);

wire_api!(Deviation, crate::Mode: Mailbox, MailboxPattern);
super::items::item!(Mailbox);
into_owned!(@impl Mailbox, self => { Mailbox(Cow::Owned(self.0.into_owned())) });
into_owned!(@impl MailboxPattern, self => { MailboxPattern(Cow::Owned(self.0.into_owned())) });

/// Octets of an atom, and those over 127.
static EIGHT_BIT_ATOM: ByteSet = ByteSet::range(0x21, 0xff).without(b"(){%*\"\\\x7f");

impl<'a> Wire<'a> for Mailbox<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some((name, rest)) = plain_string(input) {
            return Ok((rest, Self(Cow::Borrowed(name))));
        }
        if let Some(b'"' | b'{') = input.first() {
            let (rest, name) = astring(input, cx)?;
            // A quoted string has no NUL.
            return if input.first() == Some(&b'{') && name.contains(&0) {
                Err(stop(input, "mailbox"))
            } else {
                Ok((rest, Self(name)))
            };
        }
        let (mut name, mut rest) = ASTRING_CHAR.split(input);
        if rest.first().is_some_and(|octet| *octet > 127) && cx.tolerate(Deviation::EightBitMailbox)
        {
            (name, rest) = EIGHT_BIT_ATOM.split(input);
        }
        if name.is_empty() {
            return Err(fail(input, "mailbox"));
        }
        Ok((rest, Self(Cow::Borrowed(name))))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        write_astring(out, &self.0);
    }
}

impl<'a> Wire<'a> for MailboxPattern<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match LIST_CHAR.split(input) {
            ([], _) if matches!(input.first(), Some(b'"' | b'{')) => {
                let (rest, pattern) = string(input, cx)?;
                if pattern.contains(&0) {
                    return Err(stop(input, "list-mailbox"));
                }
                Ok((rest, Self(pattern)))
            }
            ([], _) => Err(fail(input, "list-mailbox")),
            (pattern, rest) => Ok((rest, Self(Cow::Borrowed(pattern)))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.0.is_empty() && LIST_CHAR.check(&self.0).is_ok() {
            out.bytes(&self.0);
        } else {
            write_string(out, &self.0);
        }
    }
}

/// The first octet that a name is not built with: a name in two lines is an accident or an attack.
fn check(octets: &[u8]) -> Result<(), usize> {
    crate::token::TEXT_CHAR.check(octets)
}

impl<'a> Mailbox<'a> {
    /// The mailbox to which mail is delivered.
    pub const INBOX: Mailbox<'static> = Mailbox(Cow::Borrowed(b"INBOX"));

    /// A name from its octets.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL, CR and LF.
    pub fn new(octets: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let octets = octets.into_bytes();
        match check(&octets) {
            Ok(()) => Ok(Self(octets)),
            Err(at) => Err(InvalidValue { what: "mailbox", at }),
        }
    }

    /// A name from its text, in the encoding of the mode.
    ///
    /// # Errors
    /// [`InvalidValue`] for control characters.
    pub fn from_text(text: &'a str, mode: Mode) -> Result<Self, InvalidValue> {
        let encoded = mutf7::encode(text)?;
        Ok(Self(if mode.contains(Mode::UTF8) { Cow::Borrowed(text.as_bytes()) } else { encoded }))
    }

    /// The text of the name in this mode.
    ///
    /// # Errors
    /// [`InvalidValue`] where the octets are no UTF-8 or no modified UTF-7 in its canonical form, and
    /// for control characters.
    pub fn decode(&self, mode: Mode) -> Result<Cow<'_, str>, InvalidValue> {
        if !mode.contains(Mode::UTF8) {
            return mutf7::decode(&self.0);
        }
        let invalid = |at| InvalidValue { what: "mailbox", at };
        let text = core::str::from_utf8(&self.0).map_err(|error| invalid(error.valid_up_to()))?;
        match text.char_indices().find(|(_, char)| char.is_control()) {
            None => Ok(Cow::Borrowed(text)),
            Some((at, _)) => Err(invalid(at)),
        }
    }

    /// The text of the name in this mode, or its octets as UTF-8 where they are none; for people.
    #[must_use]
    pub fn to_text_lossy(&self, mode: Mode) -> Cow<'_, str> {
        self.decode(mode).unwrap_or_else(|_| String::from_utf8_lossy(&self.0))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same name, borrowed from this one.
    #[must_use]
    pub fn borrowed(&self) -> Mailbox<'_> {
        Mailbox(Cow::Borrowed(&self.0))
    }

    /// True for `INBOX` in any case.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        self.0.eq_ignore_ascii_case(b"INBOX")
    }

    /// The names of the levels, from the root; without the empty one behind a delimiter at the end.
    pub fn levels(&self, delimiter: u8) -> impl Iterator<Item = &[u8]> {
        self.0.strip_suffix(&[delimiter]).unwrap_or(&self.0).split(move |octet| *octet == delimiter)
    }

    /// The name of the level above; `None` at the root.
    #[must_use]
    pub fn parent(&self, delimiter: u8) -> Option<Mailbox<'_>> {
        let name = self.0.strip_suffix(&[delimiter]).unwrap_or(&self.0);
        let end = memchr::memrchr(delimiter, name)?;
        Some(Mailbox(Cow::Borrowed(name.get(..end)?)))
    }

    /// The name of a level below.
    #[must_use]
    pub fn child(&self, delimiter: u8, name: &Mailbox<'_>) -> Mailbox<'static> {
        let parent = self.0.strip_suffix(&[delimiter]).unwrap_or(&self.0);
        Mailbox(Cow::Owned([parent, &[delimiter], &name.0].concat()))
    }
}

impl<'a> MailboxPattern<'a> {
    /// A pattern from its octets.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL, CR and LF.
    pub fn new(octets: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let octets = octets.into_bytes();
        match check(&octets) {
            Ok(()) => Ok(Self(octets)),
            Err(at) => Err(InvalidValue { what: "list-mailbox", at }),
        }
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// True when it has a wildcard.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        memchr::memchr2(b'*', b'%', &self.0).is_some()
    }

    /// True when the pattern stands for this name, in a hierarchy with this delimiter or in a flat one.
    ///
    /// The time is that of one step per octet of the name and of the pattern, however many wildcards
    /// there are.
    #[must_use]
    pub fn matches(&self, mailbox: &Mailbox<'_>, delimiter: Option<u8>) -> bool {
        let (pattern, name) = (&*self.0, mailbox.as_bytes());
        let fold = mailbox.is_inbox();
        let same = |one: u8, other: u8| one == other || fold && one.eq_ignore_ascii_case(&other);
        if !self.has_wildcard() {
            return pattern.len() == name.len()
                && pattern.iter().zip(name).all(|(one, other)| same(*one, *other));
        }
        // The places in the pattern that what is read of the name can have led to.
        let mut places = alloc::vec![false; pattern.len() + 1];
        if let Some(first) = places.first_mut() {
            *first = true;
        }
        skip_wildcards(&mut places, pattern);
        for &octet in name {
            let mut from_before = false;
            let mut reached = false;
            for (place, &wanted) in places.iter_mut().zip(pattern) {
                let here = *place;
                let wild = wanted == b'*' || wanted == b'%' && delimiter != Some(octet);
                // Where an octet was matched before this place, or a wildcard goes on.
                *place = from_before || here && wild;
                from_before = here && !is_wildcard(wanted) && same(wanted, octet);
                reached |= *place;
            }
            if let Some(last) = places.last_mut() {
                *last = from_before;
                reached |= from_before;
            }
            if !reached {
                return false;
            }
            skip_wildcards(&mut places, pattern);
        }
        places.last().copied().unwrap_or_default()
    }
}

const fn is_wildcard(octet: u8) -> bool {
    matches!(octet, b'*' | b'%')
}

/// A wildcard also stands for nothing.
fn skip_wildcards(places: &mut [bool], pattern: &[u8]) {
    let mut skipped = false;
    for (index, place) in places.iter_mut().enumerate() {
        *place |= skipped;
        skipped = *place && pattern.get(index).is_some_and(|octet| is_wildcard(*octet));
    }
}

impl PartialEq for Mailbox<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.is_inbox() && other.is_inbox()
    }
}

impl Eq for Mailbox<'_> {}

impl Hash for Mailbox<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.is_inbox() { b"INBOX".hash(state) } else { self.0.hash(state) }
    }
}

impl fmt::Debug for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mailbox").field(&Escaped(&self.0)).finish()
    }
}

impl fmt::Debug for MailboxPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MailboxPattern").field(&Escaped(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows, check_rows_in};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn name(name: &str) -> Mailbox<'_> {
        Mailbox::new(name).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"INBOX", Mailbox::INBOX),
            (b"inbox.sent", name("inbox.sent")),
            (b"\"a b\"", name("a b")),
            (b"\"\"", name("")),
            (b"\"NIL\"", name("NIL")),
            (b"Entw&APw-rfe", Mailbox::from_text("Entw\u{fc}rfe", Mode::REV1).unwrap()),
            (b"{2}\r\n\xc3\xa9", Mailbox::new("\u{e9}").unwrap()),
        ]);
        check_rows_in(
            Mode::UTF8,
            &[
                (b"\"\xc3\xa9\"", Mailbox::from_text("\u{e9}", Mode::UTF8).unwrap()),
                (b"a&b", Mailbox::from_text("a&b", Mode::UTF8).unwrap()),
            ],
        );
        check_rows(&[
            (b"*", MailboxPattern::new("*").unwrap()),
            (b"a/%]", MailboxPattern::new("a/%]").unwrap()),
            (b"\"a b/%\"", MailboxPattern::new("a b/%").unwrap()),
            (b"\"\"", MailboxPattern::new("").unwrap()),
        ]);
        check_rejects::<Mailbox<'_>>(&[
            (b"", "mailbox", 0),
            (b"*", "mailbox", 0),
            (b"a b", "end", 1),
            (b"{3}\r\na\0b", "mailbox", 0),
            (b"\"a", "quoted", 2),
        ]);
        check_rejects::<MailboxPattern<'_>>(&[(b"", "list-mailbox", 0), (b"(", "list-mailbox", 0)]);
        check_lenient::<Mailbox<'_>>(&[
            (b"Entw\xc3\xbcrfe", Deviation::EightBitMailbox, b"{9}\r\nEntw\xc3\xbcrfe"),
            (b"\"\xfc\"", Deviation::EightBitQuoted, b"{1}\r\n\xfc"),
        ]);
    }

    #[test]
    fn inbox_has_no_case_and_other_names_do() {
        assert_eq!(name("iNbOx"), Mailbox::INBOX);
        assert_ne!(name("Sent"), name("sent"));
        assert_ne!(name("INBOX/a"), name("inbox/a"));
        assert_eq!(name("iNbOx").to_bytes(), b"iNbOx");
        assert!(
            Mailbox::new("a\r\nb").is_err() && Mailbox::from_text("\u{7}", Mode::UTF8).is_err()
        );
        assert!(name("a&b").decode(Mode::REV1).is_err());
        assert_eq!(name("a&b").to_text_lossy(Mode::REV1), "a&b");
        assert_eq!(name("a&b").decode(Mode::UTF8).unwrap(), "a&b");
    }

    #[test]
    fn levels_of_the_hierarchy() {
        let mailbox = name("a/b/c");
        assert_eq!(mailbox.parent(b'/'), Some(name("a/b")));
        assert_eq!(mailbox.parent(b'.'), None);
        assert_eq!(name("a/b/").parent(b'/'), Some(name("a")));
        assert_eq!(name("/a").parent(b'/'), Some(name("")));
        assert_eq!(mailbox.levels(b'/').collect::<Vec<_>>(), [b"a", b"b", b"c"]);
        assert_eq!(name("a/").levels(b'/').collect::<Vec<_>>(), [b"a"]);
        assert_eq!(name("a/").child(b'/', &name("b")), name("a/b"));
    }

    /// The definition, slowly.
    fn matches_by_definition(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, name) => name.is_none(),
            (Some((b'*' | b'%', behind)), None) => matches_by_definition(behind, name),
            (Some((wild @ (b'*' | b'%'), behind)), Some((octet, rest))) => {
                matches_by_definition(behind, name)
                    || (*wild == b'*' || *octet != b'/') && matches_by_definition(pattern, rest)
            }
            (Some(_), None) => false,
            (Some((wanted, behind)), Some((octet, rest))) => {
                wanted == octet && matches_by_definition(behind, rest)
            }
        }
    }

    #[test]
    fn hostile_patterns_take_no_longer() {
        let pattern = MailboxPattern::new(b"*a%".repeat(200)).unwrap();
        assert!(!pattern.matches(&Mailbox::new(b"a/".repeat(2000)).unwrap(), Some(b'/')));
        assert!(MailboxPattern::new("inb%").unwrap().matches(&Mailbox::INBOX, None));
        assert!(MailboxPattern::new("inbox").unwrap().matches(&Mailbox::INBOX, None));
        assert!(MailboxPattern::new("%").unwrap().matches(&name("a/b"), None));
    }

    proptest! {
        #[test]
        fn patterns_match_by_definition(pattern in "[ab/*%]{0,8}", octets in "[ab/]{0,8}") {
            let pattern = MailboxPattern::new(&pattern).unwrap();
            let expected = matches_by_definition(pattern.as_bytes(), octets.as_bytes());
            prop_assert_eq!(pattern.matches(&name(&octets), Some(b'/')), expected);
        }

        #[test]
        fn roundtrip(octets: Vec<u8>, utf8: bool) {
            if let Ok(mailbox) = Mailbox::new(&octets) {
                let mode = if utf8 { Mode::UTF8 } else { Mode::REV1 };
                let mut wire = Vec::new();
                mailbox.encode(&mut Encoder::new(&mut wire).with_mode(mode.bits()));
                let cx = Context::new(crate::Tolerance::strict()).with_mode(mode.bits());
                let (rest, parsed) = Mailbox::parse_part(&wire, &cx).unwrap();
                prop_assert!(rest.is_empty());
                prop_assert_eq!(parsed, mailbox);
            }
        }
    }
}
