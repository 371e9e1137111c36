//! The three digits that begin every reply, and the codes that the RFCs define.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::{InvalidValue, owned_already, wire_api};

use crate::tolerance::Deviation;

/// The code of a reply: what became of a command, in three digits.
///
/// RFC 5321 section 4.2. A client acts on the first digit alone, so codes that no RFC defines are
/// values like any other.
///
/// # Grammar
/// ```abnf
/// Reply-code = %x32-35 %x30-35 %x30-39
/// ```
/// Deviation: [`ReplyCodeRange`](Deviation::ReplyCodeRange), a second digit of 6 to 9. Codes that begin
/// with other digits are refused: SMTP has no `1yz`.
///
/// # Wire
/// ```text
/// S: 250 OK
/// ```
///
/// # Errors
/// `Reply-code`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::reply_code::{Category, ReplyCode, Severity};
///
/// let code = ReplyCode::parse(b"452")?;
/// assert_eq!(code, ReplyCode::INSUFFICIENT_STORAGE);
/// assert_eq!(code.severity(), Severity::TransientNegativeCompletion);
/// assert_eq!(code.category(), Category::MailSystem);
/// assert_eq!(code.to_bytes(), b"452");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode(u16);

owned_already!(ReplyCode);
wire_api!(Deviation: copy ReplyCode);

impl<'a> Wire<'a> for ReplyCode {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match *input {
            [first @ b'2'..=b'5', second @ b'0'..=b'9', third @ b'0'..=b'9', ref rest @ ..]
                if !rest.first().is_some_and(u8::is_ascii_digit) =>
            {
                if second > b'5' && !cx.tolerate(Deviation::ReplyCodeRange) {
                    return Err(stop(input, "Reply-code"));
                }
                Ok((rest, Self::of_digits([first, second, third])))
            }
            _ => Err(fail(input, "Reply-code")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let [hundreds, tens, ones] = [self.0 / 100, self.0 / 10 % 10, self.0 % 10];
        out.bytes(
            &[hundreds, tens, ones].map(|digit| b'0' | u8::try_from(digit).unwrap_or_default()),
        );
    }
}

/// What a client is to do: the first digit of a code (RFC 5321 section 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `2yz`: the action is done.
    PositiveCompletion,
    /// `3yz`: the command is accepted, and the server waits for more.
    PositiveIntermediate,
    /// `4yz`: the action is not done; the same command may work later.
    TransientNegativeCompletion,
    /// `5yz`: the action is not done; the same command will not work later.
    PermanentNegativeCompletion,
}

/// What a reply is about: the second digit of a code (RFC 5321 section 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// `x0z`: the syntax of commands.
    Syntax,
    /// `x1z`: requests for information.
    Information,
    /// `x2z`: the transmission channel.
    Connections,
    /// `x5z`: the mail system and what it does with a message.
    MailSystem,
    /// Any other digit; RFC 5321 gives 3 and 4 no meaning, RFC 4954 uses 3 for authentication.
    Unspecified,
}

impl ReplyCode {
    /// A code from its number.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is not 200 to 599, or when its second digit is over 5.
    pub const fn new(code: u16) -> Result<Self, InvalidValue> {
        match code {
            200..=259 | 300..=359 | 400..=459 | 500..=559 => Ok(Self(code)),
            _ => Err(InvalidValue { what: "Reply-code", at: 0 }),
        }
    }

    /// The code of three digits that are known to be a code's.
    pub(crate) const fn of_digits(digits: [u8; 3]) -> Self {
        let [a, b, c] = digits;
        Self((a & 0xf) as u16 * 100 + (b & 0xf) as u16 * 10 + (c & 0xf) as u16)
    }

    /// A code of the registry of enhanced status codes.
    pub(super) const fn registered(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What the first digit tells.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.0 {
            ..=299 => Severity::PositiveCompletion,
            300..=399 => Severity::PositiveIntermediate,
            400..=499 => Severity::TransientNegativeCompletion,
            _ => Severity::PermanentNegativeCompletion,
        }
    }

    /// What the second digit tells.
    #[must_use]
    pub const fn category(self) -> Category {
        match self.0 / 10 % 10 {
            0 => Category::Syntax,
            1 => Category::Information,
            2 => Category::Connections,
            5 => Category::MailSystem,
            _ => Category::Unspecified,
        }
    }

    /// True for `2yz`: the action is done.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 < 300
    }

    /// True for `3yz`: the server waits for more.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        self.0 / 100 == 3
    }

    /// True for `4yz`: the same command may work later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        self.0 / 100 == 4
    }

    /// True for `5yz`: the same command will not work later.
    #[must_use]
    pub const fn is_permanent(self) -> bool {
        self.0 >= 500
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyCode({})", self.0)
    }
}

/// Makes the constants and the descriptions from one table.
macro_rules! reply_codes {
    ($( $name:ident = $code:literal, $description:literal, $source:literal; )+) => {
        impl ReplyCode {
            $(
                #[doc = concat!("`", $code, " ", $description, "` (", $source, ").")]
                pub const $name: Self = Self($code);
            )+

            /// Every code that has a name, in numeric order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What the code means, in the words of its RFC; `None` for a code without a name.
            #[must_use]
            pub const fn description(self) -> Option<&'static str> {
                match self.0 {
                    $( $code => Some($description), )+
                    _ => None,
                }
            }
        }
    };
}

reply_codes! {
    SYSTEM_STATUS = 211, "System status, or system help reply", "RFC 5321";
    HELP_MESSAGE = 214, "Help message", "RFC 5321";
    READY = 220, "Service ready", "RFC 5321";
    CLOSING = 221, "Service closing transmission channel", "RFC 5321";
    AUTHENTICATED = 235, "Authentication succeeded", "RFC 4954";
    OK = 250, "Requested mail action okay, completed", "RFC 5321";
    WILL_FORWARD = 251, "User not local; will forward", "RFC 5321";
    CANNOT_VERIFY = 252, "Cannot VRFY user, but will accept message and attempt delivery", "RFC 5321";
    PENDING_MESSAGES_STARTED = 253, "OK, pending messages for node started", "RFC 1985";
    AUTH_CONTINUE = 334, "Server challenge", "RFC 4954";
    PRDR_CONTENT_ANALYSIS = 353, "Content analysis has started", "PRDR, not in an RFC";
    START_MAIL_INPUT = 354, "Start mail input; end with <CRLF>.<CRLF>", "RFC 5321";
    TRANSACTION_OFFSET = 355, "Octet-offset is the transaction offset", "RFC 1845";
    NOT_AVAILABLE = 421, "Service not available, closing transmission channel", "RFC 5321";
    TRANSITION_NEEDED = 422, "A password transition is needed", "RFC 5248";
    PASSWORD_TRANSITION_NEEDED = 432, "A password transition is needed", "RFC 4954";
    MAILBOX_BUSY = 450, "Requested mail action not taken: mailbox unavailable", "RFC 5321";
    LOCAL_ERROR = 451, "Requested action aborted: local error in processing", "RFC 5321";
    INSUFFICIENT_STORAGE = 452, "Requested action not taken: insufficient system storage", "RFC 5321";
    NO_MAIL = 453, "You have no mail", "RFC 2645";
    TEMPORARY_SECURITY_FAILURE = 454, "TLS or authentication not available due to temporary reason", "RFC 3207, RFC 4954";
    CANNOT_ACCOMMODATE_PARAMETERS = 455, "Server unable to accommodate parameters", "RFC 5321";
    CANNOT_QUEUE = 458, "Unable to queue messages for node", "RFC 1985";
    NODE_NOT_ALLOWED = 459, "Node not allowed", "RFC 1985";
    COMMAND_UNRECOGNIZED = 500, "Syntax error, command unrecognized", "RFC 5321";
    ARGUMENT_ERROR = 501, "Syntax error in parameters or arguments", "RFC 5321";
    COMMAND_NOT_IMPLEMENTED = 502, "Command not implemented", "RFC 5321";
    BAD_SEQUENCE = 503, "Bad sequence of commands", "RFC 5321";
    PARAMETER_NOT_IMPLEMENTED = 504, "Command parameter not implemented", "RFC 5321";
    HOST_ACCEPTS_NO_MAIL = 521, "Host does not accept mail", "RFC 7504";
    ENCRYPTION_NEEDED = 523, "Encryption needed", "RFC 5248";
    ENCRYPTION_REQUIRED_FOR_MECHANISM = 524, "Encryption required for requested authentication mechanism", "RFC 5248";
    ACCOUNT_DISABLED = 525, "User account disabled", "RFC 5248";
    AUTHENTICATION_REQUIRED = 530, "Authentication required, or STARTTLS first", "RFC 4954, RFC 3207";
    MECHANISM_TOO_WEAK = 534, "Authentication mechanism is too weak", "RFC 4954";
    CREDENTIALS_INVALID = 535, "Authentication credentials invalid", "RFC 4954";
    ENCRYPTION_REQUIRED = 538, "Encryption required for requested authentication mechanism", "RFC 4954";
    MAILBOX_UNAVAILABLE = 550, "Requested action not taken: mailbox unavailable", "RFC 5321";
    NOT_LOCAL = 551, "User not local; please try another path", "RFC 5321";
    EXCEEDED_STORAGE = 552, "Requested mail action aborted: exceeded storage allocation", "RFC 5321";
    MAILBOX_NAME_NOT_ALLOWED = 553, "Requested action not taken: mailbox name not allowed", "RFC 5321";
    TRANSACTION_FAILED = 554, "Transaction failed, or no SMTP service here", "RFC 5321";
    PARAMETERS_NOT_RECOGNIZED = 555, "MAIL FROM/RCPT TO parameters not recognized or not implemented", "RFC 5321";
    DOMAIN_ACCEPTS_NO_MAIL = 556, "Domain does not accept mail", "RFC 7504";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use alloc::string::ToString;

    #[test]
    fn rows() {
        check_rows(&[
            (b"220", ReplyCode::READY),
            (b"354", ReplyCode::START_MAIL_INPUT),
            (b"421", ReplyCode::NOT_AVAILABLE),
            (b"200", ReplyCode::new(200).unwrap()),
            (b"559", ReplyCode::new(559).unwrap()),
            // In no RFC, but seen.
            (b"441", ReplyCode::new(441).unwrap()),
        ]);
        check_rejects::<ReplyCode>(&[
            (b"", "Reply-code", 0),
            (b"25", "Reply-code", 0),
            (b"25x", "Reply-code", 0),
            (b"2500", "Reply-code", 0),
            (b"150", "Reply-code", 0),
            (b"650", "Reply-code", 0),
            (b"999", "Reply-code", 0),
            (b" 250", "Reply-code", 0),
            (b"250-", "end", 3),
        ]);
        for (bytes, number) in [(b"571", 571), (b"471", 471), (b"299", 299)] {
            check_lenient::<ReplyCode>(&[(bytes, Deviation::ReplyCodeRange, bytes)]);
            assert_eq!(ReplyCode::parse(bytes).map(ReplyCode::number), Ok(number));
            assert!(ReplyCode::new(number).is_err());
        }
    }

    #[test]
    fn every_number_that_can_be_built_is_parsed() {
        for number in 0..=999 {
            match ReplyCode::new(number) {
                Ok(code) => {
                    assert_eq!(ReplyCode::parse(number.to_string().as_bytes()), Ok(code));
                }
                Err(_) => assert!(!(200..=599).contains(&number) || number / 10 % 10 > 5),
            }
        }
    }

    #[test]
    fn table_is_in_numeric_order_and_digits_tell_the_kind() {
        assert!(ReplyCode::ALL.is_sorted_by(|a, b| a < b));
        for code in ReplyCode::ALL {
            assert!(ReplyCode::new(code.number()).is_ok() && code.description().is_some());
            let kinds = [
                code.is_positive(),
                code.is_intermediate(),
                code.is_transient(),
                code.is_permanent(),
            ];
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1);
            assert!(kinds[code.severity() as usize]);
        }
        assert_eq!(ReplyCode::SYSTEM_STATUS.category(), Category::Information);
        assert_eq!(ReplyCode::CREDENTIALS_INVALID.category(), Category::Unspecified);
    }
}
