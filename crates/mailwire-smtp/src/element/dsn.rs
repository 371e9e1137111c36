//! What delivery reports a sender asks for: the values of RET, ENVID and NOTIFY.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::owned::IntoBytes;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{KEYWORD, leading_key, short_key};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api, wire_enum};

use crate::element::xtext::{Octets, Xtext};
use crate::tolerance::Deviation;

wire_enum! {
    /// How much of the message a report of failure returns: the value of RET, sent by clients.
    ///
    /// RFC 3461 section 4.3.
    ///
    /// # Grammar
    /// ```abnf
    /// RET = "FULL" / "HDRS"      ; in any combination of upper and lower case
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: MAIL FROM:<a@example.com> RET=HDRS ENVID=QQ314159
    /// ```
    ///
    /// # Errors
    /// `RET`.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::dsn::Ret;
    ///
    /// assert_eq!(Ret::parse(b"hdrs")?, Ret::Headers);
    /// assert_eq!(Ret::Headers.to_bytes(), b"HDRS");
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub enum Ret: "RET" in KEYWORD {
        /// The entire message.
        Full = "FULL",
        /// Only the headers of the message.
        Headers = "HDRS",
    }
}

/// Octets that an envelope identifier may have, before it is encoded.
const ENVID_LENGTH: usize = 100;

/// The sender's name for a transaction, which returns in every report on it: the value of ENVID.
///
/// RFC 3461 section 4.4; RFC 3885 section 3.2 asks for the form `local-envid@fqhn`. Relays pass it
/// on in the encoded form in which it came.
///
/// # Grammar
/// ```abnf
/// envid-parameter = "ENVID=" xtext
/// ```
/// Deviations: those of [`Xtext`].
///
/// RFC 3461 wants printable US-ASCII before the encoding. [`new`](Self::new) builds nothing else;
/// encoded 8-bit octets of a peer are kept, since MailKit sends UTF-8 that way.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> ENVID=QQ314159
/// ```
///
/// # Limits
/// 1 to 100 octets before the encoding (RFC 3461 section 4.4).
///
/// # Errors
/// `xtext`; `envid-parameter` when it is too long.
///
/// # Example
/// ```
/// use mailwire_smtp::element::dsn::Envid;
///
/// let envid = Envid::parse(b"hi+20there")?;
/// assert_eq!(envid.decode(), &b"hi there"[..]);
/// assert_eq!(envid.to_bytes(), b"hi+20there");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Envid<'a>(Xtext<'a>);

into_owned!(@impl Envid, self => { Envid(self.0.into_owned()) });

impl<'a> Wire<'a> for Envid<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, xtext) = Xtext::parse_part(input, cx)?;
        match Octets(xtext.as_bytes()).count() {
            0 => Err(stop(input, "xtext")),
            1..=ENVID_LENGTH => Ok((rest, Self(xtext))),
            _ => Err(stop(input, "envid-parameter")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl Envid<'_> {
    /// An identifier from its text, which is encoded where it must be.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is not 1 to 100 printable octets of US-ASCII.
    pub fn new<'t>(text: impl IntoBytes<'t>) -> Result<Envid<'static>, InvalidValue> {
        let text = text.into_bytes();
        let bad = text.iter().position(|&octet| !matches!(octet, b' '..=b'~'));
        match bad.or_else(|| text.is_empty().then_some(0)) {
            None if text.len() <= ENVID_LENGTH => Xtext::encode_text(&text).map(Envid),
            at => Err(InvalidValue { what: "ENVID", at: at.unwrap_or(ENVID_LENGTH) }),
        }
    }

    /// The identifier as the sender wrote it.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, [u8]> {
        self.0.decode()
    }

    /// The encoded form, which relays pass on.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// For which outcomes of a recipient a report is sent: the value of NOTIFY, sent by clients.
///
/// RFC 3461 section 4.1. The conditions are a set, and the set without any is `NEVER`: so a value
/// that joins `NEVER` with a condition, or that repeats one, cannot be built.
///
/// # Grammar
/// ```abnf
/// notify-esmtp-value  = "NEVER" / 1#notify-list-element
/// notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
/// ```
/// The elements are read in any order and case, and written in this one. An empty element, which the
/// `#` of RFC 822 allows, is refused.
///
/// # Wire
/// ```text
/// C: RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE
/// ```
///
/// # Errors
/// `notify-list-element`; `notify-esmtp-value` where an element is repeated or stands beside `NEVER`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::dsn::Notify;
///
/// let notify = Notify::parse(b"failure,delay")?;
/// assert_eq!(notify, Notify::FAILURE.and(Notify::DELAY));
/// assert!(notify.failure() && !notify.success());
/// assert_eq!(notify.to_bytes(), b"FAILURE,DELAY");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notify(u8);

owned_already!(Notify);
wire_api!(Deviation: Envid);
wire_api!(Deviation: copy Ret, Notify);

/// The elements in the order in which they are written.
const ELEMENTS: [(Notify, &str); 3] =
    [(Notify::SUCCESS, "SUCCESS"), (Notify::FAILURE, "FAILURE"), (Notify::DELAY, "DELAY")];

impl<'a> Wire<'a> for Notify {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        const NEVER: u64 = short_key(b"NEVER");
        const SUCCESS: u64 = short_key(b"SUCCESS");
        const FAILURE: u64 = short_key(b"FAILURE");
        const DELAY: u64 = short_key(b"DELAY");
        let mut notify = Self::NEVER;
        let mut element = input;
        loop {
            // No condition is longer than a leading key.
            let (key, len) = leading_key(element).unwrap_or((0, 0));
            let rest = element.get(len..).unwrap_or_default();
            let condition = match key {
                NEVER => Self::NEVER,
                SUCCESS => Self::SUCCESS,
                FAILURE => Self::FAILURE,
                DELAY => Self::DELAY,
                _ => return Err(stop(element, "notify-list-element")),
            };
            let alone = element.len() == input.len() && rest.first() != Some(&b',');
            if condition.is_never() && !alone || notify.0 & condition.0 != 0 {
                return Err(stop(element, "notify-esmtp-value"));
            }
            notify = notify.and(condition);
            match rest.split_first() {
                Some((b',', next)) => element = next,
                _ => return Ok((rest, notify)),
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.is_never() {
            out.keyword("NEVER");
        } else {
            let elements = ELEMENTS.iter().filter(|(condition, _)| self.0 & condition.0 != 0);
            out.separated(b',', elements, |out, (_, keyword)| {
                out.keyword(keyword);
            });
        }
    }
}

impl Notify {
    /// No report under any condition.
    pub const NEVER: Self = Self(0);
    /// A report of successful delivery.
    pub const SUCCESS: Self = Self(1);
    /// A report of failure.
    pub const FAILURE: Self = Self(2);
    /// A report of delay.
    pub const DELAY: Self = Self(4);

    /// The conditions of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when no report is wanted.
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    /// True when successful delivery is to be reported.
    #[must_use]
    pub const fn success(self) -> bool {
        self.0 & Self::SUCCESS.0 != 0
    }

    /// True when failure is to be reported.
    #[must_use]
    pub const fn failure(self) -> bool {
        self.0 & Self::FAILURE.0 != 0
    }

    /// True when delay may be reported.
    #[must_use]
    pub const fn delay(self) -> bool {
        self.0 & Self::DELAY.0 != 0
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify")
            .field("success", &self.success())
            .field("failure", &self.failure())
            .field("delay", &self.delay())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use proptest::prelude::*;

    #[test]
    fn ret_rows() {
        check_rows(&[(b"FULL", Ret::Full), (b"HDRS", Ret::Headers)]);
        check_rejects::<Ret>(&[(b"", "RET", 0), (b"FULLY", "RET", 0), (b"HDR", "RET", 0)]);
        assert_eq!(Ret::parse(b"Full"), Ok(Ret::Full));
    }

    #[test]
    fn envid_rows() {
        check_rows(&[
            (b"QQ314159", Envid::new("QQ314159").unwrap()),
            (b"hi+20there", Envid::new("hi there").unwrap()),
            (b"e+3Dmc2", Envid::new("e=mc2").unwrap()),
            (
                b"123456789+2B+3Dabc@+E5+90+8D.com",
                Envid(Xtext::encode_text("123456789+=abc@\u{540d}.com".as_bytes()).unwrap()),
            ),
            (&[b'x'; 100], Envid::new(&[b'x'; 100]).unwrap()),
            // The octets are counted as they are decoded.
            (&b"+3D".repeat(100), Envid::new(&[b'='; 100]).unwrap()),
        ]);
        check_rejects::<Envid<'_>>(&[
            (b"", "xtext", 0),
            (b" ", "xtext", 0),
            (&[b'x'; 101], "envid-parameter", 0),
            (b"ab+0D+0Acd", "xtext", 2),
            (b"a=b", "xtext", 1),
        ]);
        check_lenient::<Envid<'_>>(&[
            (b"a+3db", Deviation::LowerCaseHex, b"a+3Db"),
            (b"a=b", Deviation::RawXtext, b"a+3Db"),
        ]);
        for text in ["", "a\tb", "a\r\nb", "\u{e9}"] {
            assert!(Envid::new(text).is_err(), "{text:?}");
        }
        assert_eq!(Envid::new(&[b'x'; 101]), Err(InvalidValue { what: "ENVID", at: 100 }));
    }

    #[test]
    fn notify_rows() {
        check_rows(&[
            (b"NEVER", Notify::NEVER),
            (b"SUCCESS", Notify::SUCCESS),
            (b"FAILURE", Notify::FAILURE),
            (b"DELAY", Notify::DELAY),
            (b"SUCCESS,FAILURE", Notify::SUCCESS.and(Notify::FAILURE)),
            (b"FAILURE,DELAY", Notify::FAILURE.and(Notify::DELAY)),
            (b"SUCCESS,FAILURE,DELAY", Notify::SUCCESS.and(Notify::FAILURE).and(Notify::DELAY)),
        ]);
        check_rejects::<Notify>(&[
            (b"", "notify-list-element", 0),
            (b"CHIMICHANGA", "notify-list-element", 0),
            (b"SUCCESSFUL", "notify-list-element", 0),
            (b"SUCCESS,", "notify-list-element", 8),
            (b",SUCCESS", "notify-list-element", 0),
            (b"SUCCESS,,DELAY", "notify-list-element", 8),
            (b"SUCCESS, DELAY", "notify-list-element", 8),
            (b"FAILURE,NEVER", "notify-esmtp-value", 8),
            (b"NEVER,FAILURE", "notify-esmtp-value", 0),
            (b"DELAY,SUCCESS,DELAY", "notify-esmtp-value", 14),
        ]);
        let any_order = Notify::parse(b"delay,Success").unwrap();
        assert_eq!(any_order.to_bytes(), b"SUCCESS,DELAY");
    }

    proptest! {
        #[test]
        fn envid_roundtrip(text in "[ -~]{1,100}") {
            let envid = Envid::new(&text).unwrap();
            let wire = envid.to_bytes();
            let envid = Envid::parse(&wire).unwrap();
            prop_assert_eq!(envid.decode(), text.as_bytes());
        }
    }
}
