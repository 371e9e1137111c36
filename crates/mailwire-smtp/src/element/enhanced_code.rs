//! Enhanced status codes: what went wrong with a message, more exactly than a reply code tells.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail};
use mailwire_core::token::{self, DIGIT};
use mailwire_core::{InvalidValue, Tolerance, owned_already, wire_api};

use crate::element::reply_code::ReplyCode;
use crate::tolerance::Deviation;

/// The status code at the beginning of the text of a reply, where ENHANCEDSTATUSCODES is in use.
///
/// RFC 3463 section 2, RFC 2034. It stands in replies of class 2, 4 and 5, except in the greeting and
/// in the reply to EHLO: a parser must know which reply it reads. The value ends behind the detail;
/// whoever reads a reply expects a space there.
///
/// # Grammar
/// ```abnf
/// status-code = class "." subject "." detail
/// class       = "2"/"4"/"5"
/// subject     = 1*3digit
/// detail      = 1*3digit
/// ```
/// No number has leading zeros.
///
/// # Wire
/// ```text
/// S: 550 5.1.1 no such mailbox
/// ```
///
/// # Errors
/// `class`, `subject`, `detail`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::enhanced_code::{EnhancedCode, EnhancedStatus};
///
/// let code = EnhancedCode::parse(b"5.1.1")?;
/// assert_eq!(code, EnhancedStatus::BAD_MAILBOX.permanent());
/// assert_eq!(code.description(), Some("Bad destination mailbox address"));
/// assert_eq!(code.to_bytes(), b"5.1.1");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedCode {
    class: Class,
    status: EnhancedStatus,
}

/// Whether it worked: the first number of a status code (RFC 3463 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// `2.x.y`: the action is done.
    Success = 2,
    /// `4.x.y`: the message is valid; sending it later may work.
    PersistentTransientFailure = 4,
    /// `5.x.y`: sending the same message again will not work.
    PermanentFailure = 5,
}

/// What happened, without whether it worked: subject and detail of a status code.
///
/// The registry of RFC 5248 lists codes in this form, as `X.1.1`; its entries are constants here.
///
/// # Example
/// ```
/// use mailwire_smtp::element::enhanced_code::EnhancedStatus;
///
/// assert_eq!(EnhancedStatus::MAILBOX_FULL.transient().to_string(), "4.2.2");
/// assert_eq!(EnhancedStatus::MAILBOX_FULL.to_string(), "X.2.2");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatus {
    subject: u16,
    detail: u16,
}

owned_already!(EnhancedCode, EnhancedStatus, Class);
wire_api!(Deviation: copy EnhancedCode);

impl<'a> Wire<'a> for EnhancedCode {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (class, rest) = match input.split_first() {
            Some((b'2', rest)) => (Class::Success, rest),
            Some((b'4', rest)) => (Class::PersistentTransientFailure, rest),
            Some((b'5', rest)) => (Class::PermanentFailure, rest),
            _ => return Err(fail(input, "class")),
        };
        let (rest, ()) = token::byte(rest, b'.', "class")?;
        let (rest, subject) = up_to_three_digits(rest, "subject")?;
        let (rest, ()) = token::byte(rest, b'.', "subject")?;
        let (rest, detail) = up_to_three_digits(rest, "detail")?;
        Ok((rest, Self { class, status: EnhancedStatus { subject, detail } }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let EnhancedStatus { subject, detail } = self.status;
        let digit = |number: u16| u8::try_from(number).ok().filter(|&digit| digit < 10);
        let [class, zero] = [self.class.digit(), b'0'];
        // Nearly all have three digits.
        if let (Some(subject), Some(detail)) = (digit(subject), digit(detail)) {
            out.bytes(&[class | zero, b'.', subject | zero, b'.', detail | zero]);
        } else {
            out.byte(class | zero);
            out.byte(b'.').number(subject.into());
            out.byte(b'.').number(detail.into());
        }
    }
}

/// `1*3digit` without leading zeros.
fn up_to_three_digits<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, u16> {
    let (digits, rest) = DIGIT.split(input);
    let number = match digits {
        [b'0', _, ..] | [_, _, _, _, ..] => None,
        _ => token::decimal(digits).and_then(|number| u16::try_from(number).ok()),
    };
    number.map(|number| (rest, number)).ok_or_else(|| fail(input, rule))
}

impl Class {
    /// The number of the class.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self as u8
    }

    /// The class that agrees with a reply code; none does with `3yz`.
    #[must_use]
    pub const fn of_reply(code: ReplyCode) -> Option<Self> {
        match code.number() {
            200..=299 => Some(Self::Success),
            400..=499 => Some(Self::PersistentTransientFailure),
            500..=599 => Some(Self::PermanentFailure),
            _ => None,
        }
    }
}

impl EnhancedCode {
    /// A code from its three numbers.
    ///
    /// # Errors
    /// [`InvalidValue`] when the class is not 2, 4 or 5, or another number is over 999.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Result<Self, InvalidValue> {
        let class = match class {
            2 => Class::Success,
            4 => Class::PersistentTransientFailure,
            5 => Class::PermanentFailure,
            _ => {
                return Err(InvalidValue { what: "status-code", at: 0 });
            }
        };
        match EnhancedStatus::new(subject, detail) {
            Ok(status) => Ok(status.with_class(class)),
            Err(error) => Err(error),
        }
    }

    /// A code of three single digits, of which the first was checked.
    #[inline(always)]
    pub(crate) const fn of_digits(class: u8, subject: u8, detail: u8) -> Self {
        let class = match class {
            b'2' => Class::Success,
            b'4' => Class::PersistentTransientFailure,
            _ => Class::PermanentFailure,
        };
        let status =
            EnhancedStatus { subject: (subject & 0xf) as u16, detail: (detail & 0xf) as u16 };
        Self { class, status }
    }

    /// Whether it worked.
    #[must_use]
    pub const fn class(self) -> Class {
        self.class
    }

    /// What it is about, without whether it worked.
    #[must_use]
    pub const fn status(self) -> EnhancedStatus {
        self.status
    }

    /// The second number: what it is about.
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.status.subject
    }

    /// The third number.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.status.detail
    }

    /// What the code means, in the words of the registry; `None` for a code that is not in it.
    #[must_use]
    pub const fn description(self) -> Option<&'static str> {
        self.status.description()
    }

    /// True when the code may stand in a reply with `code`: the first digits are equal.
    #[must_use]
    pub fn agrees_with(self, code: ReplyCode) -> bool {
        Class::of_reply(code) == Some(self.class)
    }

    /// The code that the text of a reply shows in another form than the RFC's.
    ///
    /// `#5.1.0` and `[5.7.1]` begin the texts of IronPort and others; qmail puts `(#5.1.1)` at the end.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::enhanced_code::EnhancedCode;
    ///
    /// let code = EnhancedCode::find_in_text(b"#5.1.0 Address rejected");
    /// assert_eq!(code, EnhancedCode::new(5, 1, 0).ok());
    /// assert_eq!(EnhancedCode::find_in_text(b"1.2.3.4 is listed"), None);
    /// ```
    #[must_use]
    pub fn find_in_text(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        Self::marked(text).or_else(|| {
            let open = text.strip_suffix(b")")?.iter().rposition(|&byte| byte == b'(')?;
            Self::marked(text.get(open..)?)
        })
    }

    /// A code at the beginning of `text` behind `#`, in brackets or in both.
    fn marked(text: &[u8]) -> Option<Self> {
        let (close, inner) = match text.split_first()? {
            (b'[', inner) => (Some(b']'), inner),
            (b'(', inner) => (Some(b')'), inner),
            (b'#', _) => (None, text),
            _ => return None,
        };
        let code = inner.strip_prefix(b"#").unwrap_or(inner);
        let (rest, code) = Self::parse_part(code, &Context::new(STRICT)).ok()?;
        let ends = match (close, rest.first()) {
            (Some(_), next) => next == close.as_ref(),
            // `#5.1.1.2` is no code.
            (None, next) => !next.is_some_and(|&byte| byte == b'.' || byte.is_ascii_alphanumeric()),
        };
        ends.then_some(code)
    }
}

const STRICT: Tolerance<Deviation> = Tolerance::strict();

impl EnhancedStatus {
    /// A status from its two numbers.
    ///
    /// # Errors
    /// [`InvalidValue`] when one is over 999.
    pub const fn new(subject: u16, detail: u16) -> Result<Self, InvalidValue> {
        match (subject, detail) {
            (..=999, ..=999) => Ok(Self { subject, detail }),
            _ => Err(InvalidValue { what: "status-code", at: 0 }),
        }
    }

    /// The code of this status and a class.
    #[must_use]
    pub const fn with_class(self, class: Class) -> EnhancedCode {
        EnhancedCode { class, status: self }
    }

    /// The code `2.x.y`.
    #[must_use]
    pub const fn success(self) -> EnhancedCode {
        self.with_class(Class::Success)
    }

    /// The code `4.x.y`.
    #[must_use]
    pub const fn transient(self) -> EnhancedCode {
        self.with_class(Class::PersistentTransientFailure)
    }

    /// The code `5.x.y`.
    #[must_use]
    pub const fn permanent(self) -> EnhancedCode {
        self.with_class(Class::PermanentFailure)
    }

    /// The first number: what it is about.
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The second number.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.detail
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class.digit(), self.status.subject, self.status.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnhancedCode({self})")
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "X.{}.{}", self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnhancedStatus({self})")
    }
}

/// Makes the constants, the descriptions and the associated reply codes from one table.
macro_rules! registry {
    ($(
        $name:ident = $subject:literal . $detail:literal, $text:literal,
        [$($basic:literal)*], $source:literal;
    )+) => {
        impl EnhancedStatus {
            $(
                #[doc = concat!(
                    "`X.", $subject, ".", $detail, "` ", $text, " (", $source, ")."
                )]
                pub const $name: Self = Self { subject: $subject, detail: $detail };
            )+

            /// Every status of the registry, in numeric order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What the status means, in the words of the registry; `None` when it is not there.
            #[must_use]
            pub const fn description(self) -> Option<&'static str> {
                match (self.subject, self.detail) {
                    $( ($subject, $detail) => Some($text), )+
                    _ => None,
                }
            }

            /// The reply codes that the registry associates with the status. It may stand with others
            /// too, and with any when there are none here.
            #[must_use]
            pub const fn reply_codes(self) -> &'static [ReplyCode] {
                match (self.subject, self.detail) {
                    $( ($subject, $detail) => const { &[$(ReplyCode::registered($basic)),*] }, )+
                    _ => &[],
                }
            }
        }
    };
}

registry! {
    OTHER = 0 . 0, "Other undefined Status", [], "RFC 3463";

    OTHER_ADDRESS = 1 . 0, "Other address status", [], "RFC 3463";
    BAD_MAILBOX = 1 . 1, "Bad destination mailbox address", [451 550], "RFC 3463";
    BAD_SYSTEM = 1 . 2, "Bad destination system address", [], "RFC 3463";
    BAD_MAILBOX_SYNTAX = 1 . 3, "Bad destination mailbox address syntax", [501], "RFC 3463";
    MAILBOX_AMBIGUOUS = 1 . 4, "Destination mailbox address ambiguous", [], "RFC 3463";
    ADDRESS_VALID = 1 . 5, "Destination address valid", [250], "RFC 3463";
    MAILBOX_MOVED = 1 . 6, "Destination mailbox has moved, No forwarding address", [], "RFC 3463";
    BAD_SENDER_MAILBOX_SYNTAX = 1 . 7, "Bad sender's mailbox address syntax", [], "RFC 3463";
    BAD_SENDER_SYSTEM = 1 . 8, "Bad sender's system address", [451 501], "RFC 3463";
    RELAYED_TO_NON_COMPLIANT_MAILER = 1 . 9, "Message relayed to non-compliant mailer", [], "RFC 3886";
    RECIPIENT_NULL_MX = 1 . 10, "Recipient address has null MX", [556], "RFC 7505";

    OTHER_MAILBOX = 2 . 0, "Other or undefined mailbox status", [], "RFC 3463";
    MAILBOX_DISABLED = 2 . 1, "Mailbox disabled, not accepting messages", [], "RFC 3463";
    MAILBOX_FULL = 2 . 2, "Mailbox full", [552], "RFC 3463";
    MAILBOX_LENGTH_LIMIT = 2 . 3, "Message length exceeds administrative limit", [552], "RFC 3463";
    LIST_EXPANSION_PROBLEM = 2 . 4, "Mailing list expansion problem", [450 452], "RFC 3463";

    OTHER_SYSTEM = 3 . 0, "Other or undefined mail system status", [221 250 421 451 550 554], "RFC 3463";
    SYSTEM_FULL = 3 . 1, "Mail system full", [452], "RFC 3463";
    SYSTEM_NOT_ACCEPTING = 3 . 2, "System not accepting network messages", [453 521], "RFC 3463";
    SYSTEM_NOT_CAPABLE = 3 . 3, "System not capable of selected features", [], "RFC 3463";
    TOO_BIG_FOR_SYSTEM = 3 . 4, "Message too big for system", [552 554], "RFC 3463";
    SYSTEM_INCORRECTLY_CONFIGURED = 3 . 5, "System incorrectly configured", [], "RFC 3463";
    PRIORITY_CHANGED = 3 . 6, "Requested priority was changed", [250 251], "RFC 6710";

    OTHER_NETWORK = 4 . 0, "Other or undefined network or routing status", [], "RFC 3463";
    NO_ANSWER = 4 . 1, "No answer from host", [451], "RFC 3463";
    BAD_CONNECTION = 4 . 2, "Bad connection", [421], "RFC 3463";
    DIRECTORY_SERVER_FAILURE = 4 . 3, "Directory server failure", [451 550], "RFC 3463";
    UNABLE_TO_ROUTE = 4 . 4, "Unable to route", [], "RFC 3463";
    CONGESTION = 4 . 5, "Mail system congestion", [451], "RFC 3463";
    ROUTING_LOOP = 4 . 6, "Routing loop detected", [], "RFC 3463";
    DELIVERY_TIME_EXPIRED = 4 . 7, "Delivery time expired", [], "RFC 3463";

    OTHER_PROTOCOL = 5 . 0, "Other or undefined protocol status",
        [220 250 251 252 253 451 452 454 458 459 501 502 503 554], "RFC 3463";
    INVALID_COMMAND = 5 . 1, "Invalid command", [430 500 501 503 530 550 554 555], "RFC 3463";
    SYNTAX_ERROR = 5 . 2, "Syntax error", [500 501 502 550 555], "RFC 3463";
    TOO_MANY_RECIPIENTS = 5 . 3, "Too many recipients", [451], "RFC 3463";
    INVALID_ARGUMENTS = 5 . 4, "Invalid command arguments", [451 501 502 503 504 550 555], "RFC 3463";
    WRONG_PROTOCOL_VERSION = 5 . 5, "Wrong protocol version", [], "RFC 3463";
    AUTH_LINE_TOO_LONG = 5 . 6, "Authentication Exchange line is too long", [500], "RFC 4954";

    OTHER_MEDIA = 6 . 0, "Other or undefined media error", [], "RFC 3463";
    MEDIA_NOT_SUPPORTED = 6 . 1, "Media not supported", [], "RFC 3463";
    CONVERSION_PROHIBITED = 6 . 2, "Conversion required and prohibited", [], "RFC 3463";
    CONVERSION_NOT_SUPPORTED = 6 . 3, "Conversion required but not supported", [554], "RFC 3463";
    CONVERSION_WITH_LOSS = 6 . 4, "Conversion with loss performed", [250], "RFC 3463";
    CONVERSION_FAILED = 6 . 5, "Conversion Failed", [], "RFC 3463";
    CONTENT_NOT_AVAILABLE = 6 . 6, "Message content not available", [554], "RFC 4468";
    NON_ASCII_ADDRESS = 6 . 7, "Non-ASCII addresses not permitted for that sender/recipient",
        [550 553], "RFC 6531";
    UTF8_REPLY_REQUIRED = 6 . 8, "UTF-8 string reply is required, but not permitted by the SMTP client",
        [252 550 553], "RFC 6531";
    UTF8_HEADER_NOT_TRANSFERABLE = 6 . 9,
        "UTF-8 header message cannot be transferred to one or more recipients, so the message must be rejected",
        [550], "RFC 6531";
    UTF8_REPLY_REQUIRED_DEPRECATED = 6 . 10, "This is a duplicate of X.6.8 and is thus deprecated",
        [], "RFC 6531";

    OTHER_SECURITY = 7 . 0, "Other or undefined security status",
        [220 235 450 454 500 501 503 504 530 535 550], "RFC 3463";
    NOT_AUTHORIZED = 7 . 1, "Delivery not authorized, message refused",
        [451 454 502 503 533 550 551], "RFC 3463";
    LIST_EXPANSION_PROHIBITED = 7 . 2, "Mailing list expansion prohibited", [550], "RFC 3463";
    SECURITY_CONVERSION_REQUIRED = 7 . 3, "Security conversion required but not possible", [], "RFC 3463";
    SECURITY_NOT_SUPPORTED = 7 . 4, "Security features not supported", [504], "RFC 3463";
    CRYPTOGRAPHIC_FAILURE = 7 . 5, "Cryptographic failure", [], "RFC 3463";
    ALGORITHM_NOT_SUPPORTED = 7 . 6, "Cryptographic algorithm not supported", [], "RFC 3463";
    INTEGRITY_FAILURE = 7 . 7, "Message integrity failure", [], "RFC 3463";
    CREDENTIALS_INVALID = 7 . 8, "Authentication credentials invalid", [535 554], "RFC 4954";
    MECHANISM_TOO_WEAK = 7 . 9, "Authentication mechanism is too weak", [534], "RFC 4954";
    ENCRYPTION_NEEDED = 7 . 10, "Encryption Needed", [523], "RFC 5248";
    ENCRYPTION_REQUIRED = 7 . 11, "Encryption required for requested authentication mechanism",
        [524 538], "RFC 4954";
    PASSWORD_TRANSITION_NEEDED = 7 . 12, "A password transition is needed", [422 432], "RFC 4954";
    ACCOUNT_DISABLED = 7 . 13, "User Account Disabled", [525], "RFC 5248";
    TRUST_REQUIRED = 7 . 14, "Trust relationship required", [535 554], "RFC 5248";
    PRIORITY_TOO_LOW = 7 . 15, "Priority Level is too low", [450 550], "RFC 6710";
    TOO_BIG_FOR_PRIORITY = 7 . 16, "Message is too big for the specified priority", [552], "RFC 6710";
    MAILBOX_OWNER_CHANGED = 7 . 17, "Mailbox owner has changed", [], "RFC 7293";
    DOMAIN_OWNER_CHANGED = 7 . 18, "Domain owner has changed", [], "RFC 7293";
    RRVS_NOT_COMPLETED = 7 . 19, "RRVS test cannot be completed", [], "RFC 7293";
    NO_PASSING_DKIM = 7 . 20, "No passing DKIM signature found", [550], "RFC 7372";
    NO_ACCEPTABLE_DKIM = 7 . 21, "No acceptable DKIM signature found", [550], "RFC 7372";
    NO_AUTHOR_MATCHED_DKIM = 7 . 22, "No valid author-matched DKIM signature found", [550], "RFC 7372";
    SPF_FAILED = 7 . 23, "SPF validation failed", [550], "RFC 7372";
    SPF_ERROR = 7 . 24, "SPF validation error", [451 550], "RFC 7372";
    REVERSE_DNS_FAILED = 7 . 25, "Reverse DNS validation failed", [550], "RFC 7372";
    MULTIPLE_CHECKS_FAILED = 7 . 26, "Multiple authentication checks failed", [550], "RFC 7372";
    SENDER_NULL_MX = 7 . 27, "Sender address has null MX", [550], "RFC 7505";
    MAIL_FLOOD = 7 . 28, "Mail flood detected", [], "registry of RFC 5248";
    ARC_FAILURE = 7 . 29, "ARC validation failure", [550], "RFC 8617";
    REQUIRETLS_REQUIRED = 7 . 30, "REQUIRETLS support required", [550], "RFC 8689";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn rows() {
        check_rows(&[
            (b"2.1.5", EnhancedStatus::ADDRESS_VALID.success()),
            (b"4.2.2", EnhancedStatus::MAILBOX_FULL.transient()),
            (b"5.7.30", EnhancedStatus::REQUIRETLS_REQUIRED.permanent()),
            (b"2.0.0", EnhancedStatus::OTHER.success()),
            // Exchange Online has details over 255.
            (b"5.7.606", EnhancedCode::new(5, 7, 606).unwrap()),
            (b"5.999.999", EnhancedCode::new(5, 999, 999).unwrap()),
        ]);
        check_rejects::<EnhancedCode>(&[
            (b"", "class", 0),
            (b"1.2.3.4", "class", 0),
            (b"3.0.0", "class", 0),
            (b"50.1.1", "class", 1),
            (b"5", "class", 1),
            (b"5.", "subject", 2),
            (b"5.1", "subject", 3),
            (b"5.1.", "detail", 4),
            (b"5.01.1", "subject", 2),
            (b"5.1.01", "detail", 4),
            (b"5.7.1000", "detail", 4),
            (b"5.1000.1", "subject", 2),
            (b"5.1.1 ", "end", 5),
        ]);
        for (class, subject, detail) in [(0, 0, 0), (3, 0, 0), (5, 1000, 0), (5, 0, 1000)] {
            assert!(EnhancedCode::new(class, subject, detail).is_err());
        }
    }

    #[test]
    fn codes_are_found_in_the_forms_of_other_servers() {
        for text in [
            &b"#5.7.1 Address rejected"[..],
            b"[5.7.1] refused",
            b" (5.7.1) refused",
            b"[#5.7.1]",
            b"#5.7.1",
            b"sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        ] {
            let found = EnhancedCode::find_in_text(text);
            assert_eq!(found, Some(EnhancedStatus::NOT_AUTHORIZED.permanent()));
        }
        for text in [
            &b""[..],
            b"#",
            b"#5.7.1.2",
            b"#5.7.1x",
            b"[5.7.1",
            b"[5.7.1)",
            b"[192.0.2.1] is listed",
            b"(see 5.7.1)",
            b"5.7.1 is not marked",
        ] {
            assert_eq!(EnhancedCode::find_in_text(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn registry_is_in_order_and_complete() {
        assert!(EnhancedStatus::ALL.is_sorted_by(|a, b| a < b));
        // Details of each subject run from 0 without a gap.
        for (subject, last) in [0, 10, 4, 6, 7, 6, 10, 30].into_iter().enumerate() {
            let of_subject =
                EnhancedStatus::ALL.iter().filter(|status| usize::from(status.subject) == subject);
            assert!(of_subject.map(|status| status.detail).eq(0..=last));
        }
        for status in EnhancedStatus::ALL {
            assert!(status.description().is_some());
            assert!(status.reply_codes().is_sorted());
        }
        let full = EnhancedStatus::MAILBOX_FULL;
        assert_eq!(full.reply_codes(), [ReplyCode::EXCEEDED_STORAGE]);
        assert!(full.permanent().agrees_with(ReplyCode::EXCEEDED_STORAGE));
        assert!(!full.transient().agrees_with(ReplyCode::EXCEEDED_STORAGE));
        assert_eq!(EnhancedCode::new(5, 7, 606).unwrap().description(), None);
    }

    proptest! {
        #[test]
        fn roundtrip(class in 0..7_u8, subject in 0..1100_u16, detail in 0..1100_u16) {
            if let Ok(code) = EnhancedCode::new(class, subject, detail) {
                prop_assert_eq!(EnhancedCode::parse(&code.to_bytes()), Ok(code));
                prop_assert_eq!(code.to_bytes(), code.to_string().into_bytes());
            }
        }
    }
}
