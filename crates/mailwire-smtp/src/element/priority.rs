//! How urgent a message is: the value of MT-PRIORITY, and the policy that a server offers.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{self, ByteSet};
use mailwire_core::{InvalidValue, owned_already, text_type, wire_api};

use crate::tolerance::Deviation;

/// The priority of a message, -9 to 9, sent by clients; more is more urgent.
///
/// RFC 6710 section 7.
///
/// # Grammar
/// ```abnf
/// priority-value = (["-"] NZDIGIT) / "0"
///                  ; Allowed values are from -9 to 9 inclusive
/// ```
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> MT-PRIORITY=3
/// ```
///
/// # Errors
/// `priority-value`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::priority::MtPriority;
///
/// let priority = MtPriority::parse(b"-6")?;
/// assert!(priority < MtPriority::default());
/// assert_eq!(priority.to_bytes(), b"-6");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MtPriority(i8);

owned_already!(MtPriority);
wire_api!(Deviation: copy MtPriority);
wire_api!(Deviation: PriorityProfile);

impl<'a> Wire<'a> for MtPriority {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let digit = |digit: u8| i8::try_from(digit - b'0').unwrap_or_default();
        match *input {
            [b'-', value @ b'1'..=b'9', ref rest @ ..] => Ok((rest, Self(-digit(value)))),
            [value @ b'0'..=b'9', ref rest @ ..] => Ok((rest, Self(digit(value)))),
            _ => Err(fail(input, "priority-value")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.signed(self.0.into());
    }
}

impl MtPriority {
    /// A priority from -9 to 9.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is out of that range.
    pub const fn new(priority: i8) -> Result<Self, InvalidValue> {
        match priority {
            -9..=9 => Ok(Self(priority)),
            _ => Err(InvalidValue { what: "priority-value", at: 0 }),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i8 {
        self.0
    }
}

text_type! {
    /// The name of a Priority Assignment Policy: the parameter of MT-PRIORITY in an EHLO reply.
    ///
    /// RFC 6710 section 7; its appendices and RFC 6758 define the known ones. Names are equal without
    /// regard to case.
    ///
    /// # Grammar
    /// ```abnf
    /// priority-profile = 1*20(ALPHA / DIGIT / "-" / "_" / ".")
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: 250-MT-PRIORITY STANAG4406
    /// ```
    ///
    /// # Limits
    /// 1 to 20 octets.
    ///
    /// # Errors
    /// `priority-profile`.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::priority::PriorityProfile;
    ///
    /// let profile = PriorityProfile::parse(b"mixer")?;
    /// assert_eq!(profile, PriorityProfile::MIXER);
    /// assert_eq!(profile.to_bytes(), b"mixer");
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct PriorityProfile: "priority-profile", check = check_profile, utf8, ignore case
}

static PROFILE: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"-_.");

const PROFILE_LENGTH: usize = 20;

fn check_profile(name: &[u8]) -> Result<(), usize> {
    PROFILE.check(name)?;
    if name.is_empty() || name.len() > PROFILE_LENGTH {
        return Err(name.len().min(PROFILE_LENGTH));
    }
    Ok(())
}

impl<'a> Wire<'a> for PriorityProfile<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, name) = token::one_or_more(input, &PROFILE, "priority-profile")?;
        match name.len() {
            ..=PROFILE_LENGTH => Ok((rest, Self::checked(name))),
            _ => Err(stop(input, "priority-profile")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl PriorityProfile<'static> {
    /// X.400 gateways (RFC 6710 and RFC 2156).
    pub const MIXER: Self = Self::checked(b"MIXER");
    /// Military messages after STANAG 4406 (RFC 6710).
    pub const STANAG4406: Self = Self::checked(b"STANAG4406");
    /// National security and emergency preparedness (RFC 6710).
    pub const NSEP: Self = Self::checked(b"NSEP");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        let priority = |number| MtPriority::new(number).unwrap();
        check_rows(&[
            (b"3", priority(3)),
            (b"-6", priority(-6)),
            (b"0", priority(0)),
            (b"9", priority(9)),
            (b"-9", priority(-9)),
        ]);
        check_rejects::<MtPriority>(&[
            (b"", "priority-value", 0),
            (b"ab", "priority-value", 0),
            (b"-", "priority-value", 0),
            (b"-0", "priority-value", 0),
            (b"+3", "priority-value", 0),
            (b"10", "end", 1),
        ]);
        assert!(MtPriority::new(10).is_err() && MtPriority::new(-10).is_err());
        check_rows(&[
            (b"MIXER", PriorityProfile::MIXER),
            (b"STANAG4406", PriorityProfile::STANAG4406),
            (b"NSEP", PriorityProfile::NSEP),
            (b"x-my_profile.example", PriorityProfile::new("x-my_profile.example").unwrap()),
        ]);
        check_rejects::<PriorityProfile<'_>>(&[
            (b"", "priority-profile", 0),
            (b"!", "priority-profile", 0),
            (b"MIXER x", "end", 5),
            (b"x-my_profile.example2", "priority-profile", 0),
        ]);
        for name in ["", "a b", "x-my_profile.example2"] {
            assert!(PriorityProfile::new(name).is_err());
        }
    }
}
