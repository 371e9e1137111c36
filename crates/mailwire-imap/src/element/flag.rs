//! Message flags: system flags, keywords and lists of both.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::short_key;
use mailwire_core::{InvalidValue, into_owned, owned_already, text_type, wire_api};

use crate::token::{ASTRING_CHAR, ATOM_CHAR, close, open, sp};
use crate::tolerance::Deviation;

/// One flag of a message, as both sides name it.
///
/// RFC 9051 section 2.3.2 and section 9; `\Recent` from RFC 3501. Names are compared without regard
/// to case.
///
/// # Grammar
/// ```abnf
/// flag-perm      = flag / "\*"
/// flag-fetch     = flag / obsolete-flag-recent
/// flag           = "\Answered" / "\Flagged" / "\Deleted" /
///                  "\Seen" / "\Draft" / flag-keyword / flag-extension
/// flag-extension = "\" atom
/// flag-keyword   = "$MDNSent" / "$Forwarded" / "$Junk" /
///                  "$NotJunk" / "$Phishing" / atom
/// ```
/// Deviation: [`BracketInKeyword`](Deviation::BracketInKeyword); such a keyword has no legal form and is
/// written as it came.
///
/// # Wire
/// ```text
/// C: A1 STORE 5 +FLAGS.SILENT (\Seen $Forwarded)
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `flag`.
///
/// # Example
/// ```
/// use mailwire_imap::element::flag::{Flag, Keyword};
///
/// assert_eq!(Flag::parse(b"\\SEEN")?, Flag::Seen);
/// let flag = Flag::parse(b"$Forwarded")?;
/// assert_eq!(flag, Flag::Keyword(Keyword::FORWARDED));
/// assert_eq!(flag.to_bytes(), b"$Forwarded");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flag<'a> {
    /// `\Answered`
    Answered,
    /// `\Flagged`: for urgent or special attention.
    Flagged,
    /// `\Deleted`: to be removed by EXPUNGE.
    Deleted,
    /// `\Seen`: has been read.
    Seen,
    /// `\Draft`: has not been completed.
    Draft,
    /// `\Recent`: first seen by this session; only in answers of IMAP4rev1.
    Recent,
    /// `\*`: new keywords can be made; only in PERMANENTFLAGS.
    Wildcard,
    /// A keyword of the server's or the client's.
    Keyword(Keyword<'a>),
    /// A flag with a backslash that is not known here.
    Extension(FlagExtension<'a>),
}

text_type! {
    /// The name of a keyword: an atom. Names of several sorts are registered (RFC 5788).
    pub struct Keyword: "flag-keyword", check = check_keyword, bytes, ignore case
}

text_type! {
    /// The name of a flag that is not known here, without its backslash.
    pub struct FlagExtension: "flag-extension", check = check_extension, bytes, ignore case
}

/// An atom, and not NIL: too many read that as no flag at all.
fn check_keyword(name: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(name)?;
    if name.is_empty() || is_nil(name) { Err(name.len()) } else { Ok(()) }
}

/// An atom, and no system flag: that would have two forms.
fn check_extension(name: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(name)?;
    if name.is_empty() || system(name).is_some() { Err(name.len()) } else { Ok(()) }
}

/// The registered keywords that most clients know.
macro_rules! keywords {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        impl Keyword<'_> {
            $( $(#[doc = $doc])+ pub const $name: Keyword<'static> = Keyword::checked($text); )+
        }
    };
}

keywords! {
    /// The message was forwarded (RFC 5550).
    FORWARDED = b"$Forwarded";
    /// A disposition notification was sent, or must not be (RFC 3503).
    MDN_SENT = b"$MDNSent";
    /// The message is junk (RFC 9051).
    JUNK = b"$Junk";
    /// The message is no junk (RFC 9051).
    NOT_JUNK = b"$NotJunk";
    /// The message is a phishing attempt (RFC 9051).
    PHISHING = b"$Phishing";
    /// The message is likely important to the user (RFC 8457).
    IMPORTANT = b"$Important";
    /// The message waits to be submitted (RFC 5550).
    SUBMIT_PENDING = b"$SubmitPending";
    /// The message was submitted (RFC 5550).
    SUBMITTED = b"$Submitted";
}

wire_api!(Deviation, crate::Mode: Flag, Flags, PermanentFlags);

into_owned!(
    enum Flag {
        Answered,
        Flagged,
        Deleted,
        Seen,
        Draft,
        Recent,
        Wildcard,
        Keyword(name),
        Extension(name),
    }
);

impl<'a> Wire<'a> for Flag<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b'\\', b'*', rest @ ..] => Ok((rest, Self::Wildcard)),
            [b'\\', rest @ ..] => match ATOM_CHAR.split(rest) {
                ([], rest) => Err(stop(rest, "flag")),
                (name, rest) => Ok((
                    rest,
                    system(name).unwrap_or(Self::Extension(FlagExtension::checked(name))),
                )),
            },
            _ => {
                let (mut name, mut rest) = ATOM_CHAR.split(input);
                if rest.first() == Some(&b']') {
                    if !cx.tolerate(Deviation::BracketInKeyword) {
                        return Err(stop(rest, "flag"));
                    }
                    (name, rest) = ASTRING_CHAR.split(input);
                }
                if name.is_empty() || is_nil(name) {
                    return Err(fail(input, "flag"));
                }
                Ok((rest, Self::Keyword(Keyword::checked(name))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Keyword(name) => out.bytes(name.as_bytes()),
            Self::Extension(name) => out.byte(b'\\').bytes(name.as_bytes()),
            Self::Wildcard => out.bytes(b"\\*"),
            Self::Answered => out.bytes(b"\\Answered"),
            Self::Flagged => out.bytes(b"\\Flagged"),
            Self::Deleted => out.bytes(b"\\Deleted"),
            Self::Seen => out.bytes(b"\\Seen"),
            Self::Draft => out.bytes(b"\\Draft"),
            Self::Recent => out.bytes(b"\\Recent"),
        };
    }
}

impl<'a> Wire<'a> for Keyword<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Flag::parse_part(input, cx) {
            Ok((rest, Flag::Keyword(name))) => Ok((rest, name)),
            Err(nom::Err::Failure(fail)) => Err(nom::Err::Failure(fail)),
            _ => Err(fail(input, "flag-keyword")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// The system flag of a name without its backslash.
#[inline]
fn system<'a>(name: &[u8]) -> Option<Flag<'a>> {
    if name.len() > 8 { None } else { system_key(short_key(name)) }
}

/// The system flag of a name without its backslash, by its [`short_key`].
#[inline(always)]
fn system_key<'a>(key: u64) -> Option<Flag<'a>> {
    const ANSWERED: u64 = short_key(b"Answered");
    const FLAGGED: u64 = short_key(b"Flagged");
    const DELETED: u64 = short_key(b"Deleted");
    const SEEN: u64 = short_key(b"Seen");
    const DRAFT: u64 = short_key(b"Draft");
    const RECENT: u64 = short_key(b"Recent");
    Some(match key {
        ANSWERED => Flag::Answered,
        FLAGGED => Flag::Flagged,
        DELETED => Flag::Deleted,
        SEEN => Flag::Seen,
        DRAFT => Flag::Draft,
        RECENT => Flag::Recent,
        _ => return None,
    })
}

fn is_nil(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"NIL")
}

/// A set of system flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SystemFlags(u8);

impl SystemFlags {
    /// No flag.
    pub const EMPTY: Self = Self(0);
    /// `\Answered`
    pub const ANSWERED: Self = Self(1);
    /// `\Flagged`
    pub const FLAGGED: Self = Self(2);
    /// `\Deleted`
    pub const DELETED: Self = Self(4);
    /// `\Seen`
    pub const SEEN: Self = Self(8);
    /// `\Draft`
    pub const DRAFT: Self = Self(16);
    /// `\Recent`
    pub const RECENT: Self = Self(32);
    /// `\*`
    pub const WILDCARD: Self = Self(64);

    /// All flags of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when all flags of `other` are in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set of one flag; empty for keywords and extensions.
    #[inline]
    const fn of(flag: &Flag<'_>) -> Self {
        match flag {
            Flag::Answered => Self::ANSWERED,
            Flag::Flagged => Self::FLAGGED,
            Flag::Deleted => Self::DELETED,
            Flag::Seen => Self::SEEN,
            Flag::Draft => Self::DRAFT,
            Flag::Recent => Self::RECENT,
            Flag::Wildcard => Self::WILDCARD,
            Flag::Keyword(_) | Flag::Extension(_) => Self::EMPTY,
        }
    }
}

owned_already!(SystemFlags);

/// A list of flags in parentheses, from FETCH, FLAGS, STORE and APPEND.
///
/// RFC 9051 section 9. The system flags are a bit set; keywords are decoded when they are iterated.
/// Flags are kept in their order and as often as they are written.
///
/// # Grammar
/// ```abnf
/// flag-list = "(" [flag *(SP flag)] ")"
/// ```
/// `\Recent` is taken everywhere. Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace), [`NilInList`](Deviation::NilInList),
/// [`WildcardFlag`](Deviation::WildcardFlag), [`BracketInKeyword`](Deviation::BracketInKeyword). NIL and
/// `\*` are dropped.
///
/// # Wire
/// ```text
/// S: * 5 FETCH (FLAGS (\Seen $Forwarded))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `flag-list`, `flag`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::flag::{Flag, Flags, Keyword, SystemFlags};
///
/// let flags = Flags::parse(br"(\Seen \Draft $Forwarded)")?;
/// assert!(flags.system().contains(SystemFlags::SEEN.union(SystemFlags::DRAFT)));
/// assert!(flags.contains(&Flag::Keyword(Keyword::FORWARDED)));
/// assert_eq!(flags.iter().count(), 3);
/// assert_eq!(flags.to_bytes(), br"(\Seen \Draft $Forwarded)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Flags<'a> {
    /// What stands between the parentheses: flags with single spaces between.
    wire: Cow<'a, [u8]>,
    system: SystemFlags,
    len: u32,
}

/// The flags that a client can change for good, from the code PERMANENTFLAGS.
///
/// RFC 9051 section 7.1. It differs from [`Flags`] in that `\*` is legal: clients can make keywords.
///
/// # Grammar
/// ```abnf
/// "PERMANENTFLAGS" SP "(" [flag-perm *(SP flag-perm)] ")"
/// ```
/// Deviations: those of [`Flags`] but `WildcardFlag`.
///
/// # Wire
/// ```text
/// S: * OK [PERMANENTFLAGS (\Deleted \Seen \*)] Limited
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `flag-list`, `flag`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::flag::PermanentFlags;
///
/// let flags = PermanentFlags::parse(br"(\Seen \*)")?;
/// assert!(flags.takes_new_keywords());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PermanentFlags<'a>(Flags<'a>);

into_owned!(struct Flags { wire, system, len });
into_owned!(@impl PermanentFlags, self => { PermanentFlags(self.0.into_owned()) });

/// What `\*` is in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wildcards {
    Legal,
    Deviate,
}

impl<'a> Wire<'a> for Flags<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        flags(input, cx, Wildcards::Deviate)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').bytes(&self.wire).byte(b')');
    }
}

impl Flags<'_> {
    /// What stands between the parentheses.
    #[inline]
    pub(crate) fn as_wire(&self) -> &[u8] {
        &self.wire
    }
}

impl<'a> Wire<'a> for PermanentFlags<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, list) = flags(input, cx, Wildcards::Legal)?;
        Ok((rest, Self(list)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
}

/// A list as most servers write it, of system flags and keywords with one space between. `None` where it is
/// another.
#[inline(always)]
pub(crate) fn plain_flags<'a>(input: &'a [u8], cx: &Context) -> Option<(&'a [u8], Flags<'a>)> {
    let inside = input.strip_prefix(b"(")?;
    let (mut rest, mut system, mut len) = (inside, SystemFlags::EMPTY, 0_u32);
    if inside.first() != Some(&b')') {
        loop {
            let behind = match rest {
                [b'\\', name @ ..] => {
                    let (flag, behind) = plain_system(name)?;
                    system = system.union(flag);
                    behind
                }
                _ => match ATOM_CHAR.split(rest) {
                    (name, behind) if !name.is_empty() && !is_nil(name) => behind,
                    _ => return None,
                },
            };
            len = len.saturating_add(1);
            match behind {
                [b' ', next @ ..] => rest = next,
                [b')', ..] => {
                    rest = behind;
                    break;
                }
                _ => return None,
            }
        }
    }
    cx.check_elements(len as usize, rest).ok()?;
    let wire = Cow::Borrowed(inside.get(..inside.len().checked_sub(rest.len())?)?);
    Some((rest.get(1..)?, Flags { wire, system, len }))
}

/// A system flag at the beginning of `name`, where a list goes on or ends behind it.
#[inline(always)]
fn plain_system(name: &[u8]) -> Option<(SystemFlags, &[u8])> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let octets = short_key(name.first_chunk::<8>()?);
    // Bit 7 of the first octet that is a space or a parenthesis: the flag is what stands before it.
    let (space, close) = (octets ^ (ONES * 0x20), octets ^ (ONES * 0x29));
    let ends = (space.wrapping_sub(ONES) & !space | close.wrapping_sub(ONES) & !close) & ONES << 7;
    let end = ends & ends.wrapping_neg();
    let len = (ends.trailing_zeros() / 8) as usize;
    let word = octets & (end >> 7).wrapping_sub(1);
    let flag = system_key(word)?;
    // A NUL behind the name is none of its octets.
    if (word.leading_zeros() / 8) as usize + len != 8 {
        return None;
    }
    Some((SystemFlags::of(&flag), name.get(len..)?))
}

#[inline]
fn flags<'a>(input: &'a [u8], cx: &Context, wildcards: Wildcards) -> PResult<'a, Flags<'a>> {
    match plain_flags(input, cx) {
        Some(parsed) => Ok(parsed),
        None => odd_flags(input, cx, wildcards),
    }
}

/// A list of flags of any form.
#[inline(never)]
fn odd_flags<'a>(input: &'a [u8], cx: &Context, wildcards: Wildcards) -> PResult<'a, Flags<'a>> {
    const RULE: &str = "flag-list";
    let (inside, ()) = open(input, RULE)?;
    let (mut system, mut len, mut odd) = (SystemFlags::EMPTY, 0_u32, false);
    let mut rest = inside;
    let wire = loop {
        // A flag, or what deviates from one.
        match Flag::parse_part(rest, cx) {
            Ok((behind, Flag::Wildcard)) if wildcards == Wildcards::Deviate => {
                if !cx.tolerate(Deviation::WildcardFlag) {
                    return Err(stop(rest, "flag"));
                }
                odd = true;
                rest = behind;
            }
            Ok((behind, flag)) => {
                system = system.union(SystemFlags::of(&flag));
                len = len.saturating_add(1);
                rest = behind;
            }
            Err(nom::Err::Failure(fail)) => return Err(nom::Err::Failure(fail)),
            Err(_) => match crate::token::nil(rest) {
                Some(behind) if cx.tolerate(Deviation::NilInList) => {
                    odd = true;
                    rest = behind;
                }
                // An empty list is closed at once.
                None if rest.len() == inside.len() && matches!(rest, [b' ' | b')', ..]) => {}
                _ => return Err(stop(rest, "flag")),
            },
        }
        match rest {
            [b')', ..] => break inside.split_at(inside.len() - rest.len()).0,
            [b' ', ..] => {}
            _ => return Err(stop(rest, RULE)),
        }
        if let Ok((behind, ())) = close(rest, cx, RULE) {
            odd = true;
            let wire = inside.split_at(inside.len() - rest.len()).0;
            rest = input.get(input.len() - behind.len() - 1..).unwrap_or_default();
            break wire;
        }
        if rest.get(1) == Some(&b' ') || rest.len() == inside.len() {
            odd = true;
        }
        (rest, ()) = mailwire_core::parse::cut(sp(rest, cx))?;
    };
    let rest = rest.get(1..).unwrap_or_default();
    cx.check_elements(len as usize, rest)?;
    let wire = if odd { Cow::Owned(regular(wire, wildcards)) } else { Cow::Borrowed(wire) };
    Ok((rest, Flags { wire, system, len }))
}

/// The flags of a list that deviates, with single spaces between.
#[cold]
fn regular(wire: &[u8], wildcards: Wildcards) -> Vec<u8> {
    let mut out = Vec::with_capacity(wire.len());
    let dropped = |word: &[u8]| is_nil(word) || word == b"\\*" && wildcards == Wildcards::Deviate;
    let words = wire.split(|&byte| byte == b' ');
    let words = words.filter(|word| !word.is_empty() && !dropped(word));
    Encoder::new(&mut out).separated(b' ', words, |out, word| {
        out.bytes(word);
    });
    out
}

impl<'a> Flags<'a> {
    /// A list of these flags, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where one is `\*`, with its place in the list.
    pub fn new<'f>(
        flags: impl IntoIterator<Item = Flag<'f>>,
    ) -> Result<Flags<'static>, InvalidValue> {
        let list = Self::collect(flags);
        let wildcard = list.iter().position(|flag| flag == Flag::Wildcard);
        wildcard.map_or(Ok(list), |at| Err(InvalidValue { what: "flag-list", at }))
    }

    /// `flag-list / (flag *(SP flag))`, as STORE has it.
    pub(crate) fn parse_bare(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() == Some(&b'(') {
            return Self::parse_part(input, cx);
        }
        let (mut system, mut len, mut odd) = (SystemFlags::EMPTY, 0_u32, false);
        let mut rest = input;
        loop {
            let flag;
            (rest, flag) = match Flag::parse_part(rest, cx)? {
                (_, Flag::Wildcard) => return Err(stop(rest, "flag")),
                parsed => parsed,
            };
            system = system.union(SystemFlags::of(&flag));
            len = len.saturating_add(1);
            // Blanks at the end are for the line to judge.
            match rest.iter().find(|octet| **octet != b' ') {
                Some(b'\r' | b'\n') | None => break,
                Some(_) if rest.first() != Some(&b' ') => break,
                Some(_) => {}
            }
            odd |= rest.get(1) == Some(&b' ');
            (rest, ()) = sp(rest, cx)?;
        }
        cx.check_elements(len as usize, rest)?;
        let wire = input.split_at(input.len() - rest.len()).0;
        let wire =
            if odd { Cow::Owned(regular(wire, Wildcards::Legal)) } else { Cow::Borrowed(wire) };
        Ok((rest, Self { wire, system, len }))
    }

    fn collect<'f>(flags: impl IntoIterator<Item = Flag<'f>>) -> Flags<'static> {
        let mut wire = Vec::new();
        let (mut system, mut len) = (SystemFlags::EMPTY, 0_u32);
        Encoder::new(&mut wire).separated(b' ', flags, |out, flag| {
            system = system.union(SystemFlags::of(&flag));
            len = len.saturating_add(1);
            flag.encode(out);
        });
        Flags { wire: Cow::Owned(wire), system, len }
    }

    /// The system flags in the list.
    #[must_use]
    pub const fn system(&self) -> SystemFlags {
        self.system
    }

    /// How many flags are written.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True for `()`.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The flags in their order.
    pub fn iter(&self) -> impl Iterator<Item = Flag<'_>> + Clone {
        // The words were checked; one with a bracket in it was tolerated then.
        self.wire.split(|&byte| byte == b' ').filter_map(|word| match word {
            [] => None,
            b"\\*" => Some(Flag::Wildcard),
            [b'\\', name @ ..] => {
                Some(system(name).unwrap_or(Flag::Extension(FlagExtension::checked(name))))
            }
            name => Some(Flag::Keyword(Keyword::checked(name))),
        })
    }

    /// The keywords in their order.
    pub fn keywords(&self) -> impl Iterator<Item = Keyword<'_>> {
        self.iter().filter_map(|flag| match flag {
            Flag::Keyword(keyword) => Some(keyword),
            _ => None,
        })
    }

    /// True when `flag` is in the list.
    #[must_use]
    pub fn contains(&self, flag: &Flag<'_>) -> bool {
        match SystemFlags::of(flag) {
            SystemFlags::EMPTY => self.iter().any(|other| other == *flag),
            system => self.system.contains(system),
        }
    }
}

impl<'a> PermanentFlags<'a> {
    /// A list of these flags, in their order.
    #[must_use]
    pub fn new<'f>(flags: impl IntoIterator<Item = Flag<'f>>) -> PermanentFlags<'static> {
        PermanentFlags(Flags::collect(flags))
    }

    /// The flags; `\*` is one of them.
    #[must_use]
    pub const fn flags(&self) -> &Flags<'a> {
        &self.0
    }

    /// True when `\*` is in the list: clients can make new keywords.
    #[must_use]
    pub const fn takes_new_keywords(&self) -> bool {
        self.0.system.contains(SystemFlags::WILDCARD)
    }
}

impl fmt::Debug for Flags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flags").field(&Escaped(&self.wire)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows, mutations};

    fn keyword(name: &str) -> Flag<'_> {
        Flag::Keyword(Keyword::new(name).unwrap())
    }

    fn list<'a>(flags: impl IntoIterator<Item = Flag<'a>>) -> Flags<'static> {
        Flags::new(flags).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"\\Answered", Flag::Answered),
            (b"\\Flagged", Flag::Flagged),
            (b"\\Deleted", Flag::Deleted),
            (b"\\Seen", Flag::Seen),
            (b"\\Draft", Flag::Draft),
            (b"\\Recent", Flag::Recent),
            (b"\\*", Flag::Wildcard),
            (b"\\Deletedx", Flag::Extension(FlagExtension::new("Deletedx").unwrap())),
            (b"$MDNSent", Flag::Keyword(Keyword::MDN_SENT)),
            (b"a[b", keyword("a[b")),
            (b"+", keyword("+")),
            (b"2", keyword("2")),
        ]);
        check_rows(&[
            (b"()", list([])),
            (b"(\\Seen)", list([Flag::Seen])),
            (b"(\\Seen $Junk \\Recent x)", {
                list([Flag::Seen, Flag::Keyword(Keyword::JUNK), Flag::Recent, keyword("x")])
            }),
        ]);
        check_rows(&[
            (b"()", PermanentFlags::new([])),
            (b"(\\Seen \\*)", PermanentFlags::new([Flag::Seen, Flag::Wildcard])),
        ]);
        check_rejects::<Flag<'_>>(&[
            (b"", "flag", 0),
            (b"\\", "flag", 1),
            (b"\\\\Seen", "flag", 1),
            (b"(", "flag", 0),
            (b"NIL", "flag", 0),
            (b"a\xfc", "end", 1),
        ]);
        check_rejects::<Flags<'_>>(&[
            (b"\\Seen", "flag-list", 0),
            (b"(\\Seen", "flag-list", 6),
            (b"(a\"b)", "flag-list", 2),
            (b"(a (b))", "flag", 3),
            (b"(a\r\n)", "flag-list", 2),
            (b"((a))", "flag", 1),
        ]);
        check_lenient::<Flags<'_>>(&[
            (b"(\\Seen \\*)", Deviation::WildcardFlag, b"(\\Seen)"),
            (b"(\\Seen NIL x)", Deviation::NilInList, b"(\\Seen x)"),
            (b"(NIL)", Deviation::NilInList, b"()"),
            (
                b"(OIB-Seen-[Gmail]/Alle x)",
                Deviation::BracketInKeyword,
                b"(OIB-Seen-[Gmail]/Alle x)",
            ),
            (b"(\\Seen $Forwarded )", Deviation::TrailingSpace, b"(\\Seen $Forwarded)"),
            (b"( )", Deviation::TrailingSpace, b"()"),
            (b"(a  b)", Deviation::ExtraSpaces, b"(a b)"),
        ]);
        check_lenient::<PermanentFlags<'_>>(&[(b"(\\* NIL)", Deviation::NilInList, b"(\\*)")]);
    }

    #[test]
    fn lists_in_few_steps_are_those_of_many() {
        let mut read = 0;
        for list in [
            "()",
            "(\\Seen)",
            "(\\Answered)",
            "(\\Seen $Forwarded \\Answered)",
            "(NonJunk \\flagged \\Recent \\Draft \\Deleted)",
            "(nil \\* \\Seenx x)",
        ] {
            for list in mutations(list.as_bytes()) {
                let wire = [&list, &b" MODSEQ (1))\r\n"[..]].concat();
                let cx = Context::new(crate::Tolerance::lenient());
                let plain = plain_flags(&wire, &cx);
                if plain.is_some() {
                    assert_eq!(plain, odd_flags(&wire, &cx, Wildcards::Deviate).ok());
                    assert!(cx.met::<Deviation>().is_empty(), "{wire:?}");
                    read += 1;
                }
            }
        }
        assert!(read > 100, "{read}");
        let cx = Context::new(crate::Tolerance::lenient()).with_counts(2, 2);
        assert!(plain_flags(b"(a b) ", &cx).is_some() && plain_flags(b"(a b c) ", &cx).is_none());
    }

    #[test]
    fn names_are_compared_without_regard_to_case() {
        let flags = Flags::parse(br"(\SEEN $forwarded)").unwrap();
        assert!(flags.contains(&Flag::Seen) && !flags.contains(&Flag::Draft));
        assert!(flags.contains(&Flag::Keyword(Keyword::FORWARDED)));
        assert!(!flags.contains(&Flag::Keyword(Keyword::JUNK)));
        assert_eq!((flags.len(), flags.keywords().count()), (2, 1));
    }

    #[test]
    fn names_that_break_the_wire_cannot_be_built() {
        for name in ["", "a b", "a)", "a]", "\\Seen", "a\r\n", "a\0", "nil", "a*", "\u{e9}"] {
            assert!(Keyword::new(name).is_err(), "{name:?}");
            assert!(name == "nil" || FlagExtension::new(name).is_err(), "{name:?}");
        }
        assert!(FlagExtension::new("sEEN").is_err());
        assert_eq!(
            Flags::new([Flag::Seen, Flag::Wildcard]),
            Err(InvalidValue { what: "flag-list", at: 1 }),
        );
    }
}
