//! Rights on a mailbox: a set of letters and digits.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::{InvalidValue, wire_api};

use crate::Mode;
use crate::element::items::item;
use crate::token::{astring, write_astring};
use crate::tolerance::Deviation;

/// A set of rights: letters, and the digits that some servers use.
///
/// RFC 4314 section 2.1; RFC 2086 for `c` and `d`, RFC 5257 for `n`. The order has no meaning, and is that of
/// RFC 4314 where the set is written.
///
/// # Grammar
/// ```abnf
/// rights = astring
///          ;; only lowercase ASCII letters and digits
///          ;; are allowed.
/// ```
///
/// # Wire
/// ```text
/// S: * MYRIGHTS INBOX lrswipkxtea
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `rights`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::Rights;
///
/// let rights = Rights::parse(b"rlsw")?;
/// assert!(rights.contains(Rights::READ) && !rights.contains(Rights::POST));
/// assert_eq!(rights.to_bytes(), b"lrsw");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u64);

/// Letters in the order in which they are written: those of RFC 4314, then `c`, `d` and `n`, then others.
const ORDER: &[u8; 36] = b"lrswipkxteacdnbfghjmoquvyz0123456789";

/// The bit of a letter.
const fn bit(letter: u8) -> u64 {
    match letter {
        b'a'..=b'z' => 1 << (letter - b'a'),
        b'0'..=b'9' => 1 << (letter - b'0' + 26),
        _ => 0,
    }
}

macro_rules! rights {
    ($($(#[doc = $doc:literal])+ $name:ident = $letter:literal;)+) => {
        impl Rights {
            $( $(#[doc = $doc])+ pub const $name: Self = Self(bit($letter)); )+
        }
    };
}

rights! {
    /// `l`: the mailbox is seen by LIST and LSUB.
    LOOKUP = b'l';
    /// `r`: the mailbox can be opened and read.
    READ = b'r';
    /// `s`: what was seen is kept.
    SEEN = b's';
    /// `w`: flags but `\Seen` and `\Deleted` can be changed.
    WRITE = b'w';
    /// `i`: messages can be added.
    INSERT = b'i';
    /// `p`: mail can be sent to the address of the mailbox.
    POST = b'p';
    /// `k`: mailboxes can be made below.
    CREATE = b'k';
    /// `x`: the mailbox can be removed or renamed.
    DELETE_MAILBOX = b'x';
    /// `t`: `\Deleted` can be changed.
    DELETE_MESSAGES = b't';
    /// `e`: messages can be removed.
    EXPUNGE = b'e';
    /// `a`: the access control list can be changed.
    ADMINISTER = b'a';
    /// `c`: what RFC 2086 calls create; `k`, and perhaps `x`.
    OLD_CREATE = b'c';
    /// `d`: what RFC 2086 calls delete; `t` and `e`, and perhaps `x`.
    OLD_DELETE = b'd';
    /// `n`: shared annotations of messages can be changed.
    ANNOTATE = b'n';
}

/// What becomes of the rights that an identifier has.
///
/// RFC 4314 section 3.1.
///
/// # Grammar
/// ```abnf
/// mod-rights = astring
///              ;; +rights to add, -rights to remove
///              ;; rights to replace
/// ```
///
/// # Wire
/// ```text
/// C: A1 SETACL INBOX John +lrw
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `mod-rights`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::{ModRights, Rights, RightsChange};
///
/// let rights = ModRights { change: RightsChange::Remove, rights: Rights::WRITE };
/// assert_eq!(rights.to_bytes(), b"-w");
/// assert_eq!(ModRights::parse(b"-w")?, rights);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModRights {
    /// How.
    pub change: RightsChange,
    /// The rights.
    pub rights: Rights,
}

/// How rights are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RightsChange {
    /// These, and no others.
    Replace,
    /// These too.
    Add,
    /// These no more.
    Remove,
}

wire_api!(Deviation, Mode: copy Rights, ModRights);
item!(copy Rights);

impl Rights {
    /// No right.
    pub const NONE: Self = Self(0);

    /// The rights of these letters and digits, also as the capability `RIGHTS=` lists them.
    ///
    /// # Errors
    /// [`InvalidValue`] for what is no lower-case letter and no digit.
    pub fn new(letters: &str) -> Result<Self, InvalidValue> {
        Self::of(letters.as_bytes()).map_err(|at| InvalidValue { what: "rights", at })
    }

    fn of(letters: &[u8]) -> Result<Self, usize> {
        letters.iter().enumerate().try_fold(Self::NONE, |rights, (at, letter)| match bit(*letter) {
            0 => Err(at),
            bit => Ok(Self(rights.0 | bit)),
        })
    }

    /// All rights of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rights that are not in the other set.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True when all rights of the other set are in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True for no right.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The letters and digits, in the order in which they are written.
    pub const fn letters(self) -> Letters {
        Letters { rights: self, at: 0 }
    }
}

/// The letters of a set; made by [`Rights::letters`].
#[derive(Debug, Clone)]
pub struct Letters {
    rights: Rights,
    at: usize,
}

impl Iterator for Letters {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            let letter = *ORDER.get(self.at)?;
            self.at += 1;
            if self.rights.contains(Rights(bit(letter))) {
                return Some(char::from(letter));
            }
        }
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        self.letters().try_for_each(|letter| f.write_char(letter))
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rights({self})")
    }
}

/// `astring`, or an error with `rule`.
fn letters<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, alloc::borrow::Cow<'a, [u8]>> {
    match astring(input, cx) {
        Err(nom::Err::Error(_)) => Err(fail(input, rule)),
        other => other,
    }
}

impl<'a> Wire<'a> for Rights {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, letters) = letters(input, cx, "rights")?;
        match Self::of(&letters) {
            Ok(rights) => Ok((rest, rights)),
            Err(_) => Err(stop(input, "rights")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write(out, None, *self);
    }
}

/// Writes rights behind a sign.
fn write(out: &mut Encoder<'_>, sign: Option<u8>, rights: Rights) {
    let mut text = [0; ORDER.len() + 1];
    let octets = sign.into_iter().chain(rights.letters().filter_map(|l| u8::try_from(l).ok()));
    let mut len = 0;
    for (place, octet) in text.iter_mut().zip(octets) {
        *place = octet;
        len += 1;
    }
    write_astring(out, text.get(..len).unwrap_or_default());
}

impl<'a> Wire<'a> for ModRights {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "mod-rights";
        let (rest, text) = letters(input, cx, RULE)?;
        let (change, letters) = match &*text {
            [b'+', letters @ ..] => (RightsChange::Add, letters),
            [b'-', letters @ ..] => (RightsChange::Remove, letters),
            letters => (RightsChange::Replace, letters),
        };
        match Rights::of(letters) {
            Ok(rights) => Ok((rest, Self { change, rights })),
            Err(_) => Err(stop(input, RULE)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let sign = match self.change {
            RightsChange::Replace => None,
            RightsChange::Add => Some(b'+'),
            RightsChange::Remove => Some(b'-'),
        };
        write(out, sign, self.rights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use alloc::string::ToString;

    #[test]
    fn rows() {
        let all = core::str::from_utf8(ORDER).unwrap();
        check_rows(&[
            (b"\"\"", Rights::NONE),
            (b"lrs", Rights::LOOKUP.union(Rights::READ).union(Rights::SEEN)),
            (b"lrswipkxteacdn", Rights::new("ancdaetxkpiwsrl").unwrap()),
            (&ORDER[..], Rights::new(all).unwrap()),
        ]);
        check_rejects::<Rights>(&[
            (b"", "rights", 0),
            (b"(", "rights", 0),
            (b"LR", "rights", 0),
            (b"l+", "rights", 0),
            (b"\"l r\"", "rights", 0),
        ]);
        check_lenient::<Rights>(&[(b"\"\\l\"", Deviation::NeedlessEscape, b"l")]);
        assert_eq!(Rights::new("l_"), Err(InvalidValue { what: "rights", at: 1 }));
        assert_eq!(Rights::parse(b"\"lrs\"").unwrap().to_string(), "lrs");
    }

    #[test]
    fn sets() {
        let rights = Rights::new("lrsw").unwrap();
        assert!(rights.contains(Rights::NONE) && !rights.contains(Rights::new("la").unwrap()));
        assert_eq!(rights.difference(Rights::WRITE).to_string(), "lrs");
        assert!(Rights::NONE.is_empty() && !rights.is_empty());
        // Every letter and digit has its own bit, and is written.
        assert_eq!(
            Rights::new("abcdefghijklmnopqrstuvwxyz0123456789").unwrap().letters().count(),
            36
        );
    }
}
