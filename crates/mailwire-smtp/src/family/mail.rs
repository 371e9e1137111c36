//! MAIL, and the SEND, SOML and SAML of RFC 821: who a message is from. RFC 5321 section 4.1.1.2.
//!
//! ```text
//! C: MAIL FROM:<alice@example.org> SIZE=1024 BODY=8BITMIME
//! S: 250 2.1.0 Ok
//! ```

mod parameter;

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::{WSP, short_key, strip_prefix_ignore_case};

pub use self::parameter::{AuthParameter, BodyType, MailParameter, MailParameters};
pub(crate) use self::parameter::{MailKeyword, no_value, typed};
use crate::element::path::ReversePath;
use crate::token;
use crate::tolerance::Deviation;

/// The arguments of MAIL: the reverse-path and what extensions add; sent by the client.
///
/// RFC 5321 section 4.1.1.2. SEND, SOML and SAML of RFC 821 take the path alone.
///
/// # Grammar
/// ```text
/// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
/// ```
/// This value is what follows the verb. Deviations:
/// [`SpaceAfterColon`](Deviation::SpaceAfterColon),
/// [`SpaceBeforeColon`](Deviation::SpaceBeforeColon),
/// [`MissingSpaceBeforeParameters`](Deviation::MissingSpaceBeforeParameters), and those of its parts.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<alice@example.org> BODY=8BITMIME
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `FROM:`, `esmtp-param` for a keyword given twice, and the rules of the path and the parameters.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, family::mail::MailParameter};
/// let bytes = b"MAIL FROM:<alice@example.org> SIZE=1024\r\n";
/// let Command::Mail(mail) = Command::parse(bytes)? else { panic!() };
/// assert_eq!(mail.parameters.iter().next(), Some(MailParameter::Size(1024)));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail<'a> {
    /// Where failures are reported to.
    pub reverse_path: ReversePath<'a>,
    /// The parameters, in the order of the line.
    pub parameters: MailParameters<'a>,
}

into_owned!(struct Mail { reverse_path, parameters });

impl<'a> Mail<'a> {
    /// A MAIL command without parameters.
    #[must_use]
    pub const fn new(reverse_path: ReversePath<'a>) -> Self {
        Self { reverse_path, parameters: MailParameters::new() }
    }
}

impl<'a> Wire<'a> for Mail<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = label(input, b"FROM:", "FROM:", cx)?;
        let (rest, reverse_path) = cut(ReversePath::parse_part(rest, cx))?;
        let (rest, parameters) = MailParameters::parse_part(rest, cx)?;
        Ok((rest, Self { reverse_path, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword(" FROM:").put(&self.reverse_path).put(&self.parameters);
    }
}

/// `SP "FROM:"` or `SP "TO:"`, with the blanks that are tolerated around the colon.
#[inline(always)]
pub(crate) fn label<'a, const N: usize>(
    input: &'a [u8],
    label: &'static [u8; N],
    rule: &'static str,
    cx: &Context,
) -> PResult<'a, ()> {
    if let [b' ', rest @ ..] = input {
        if let Some((head, path @ [b'<', ..])) = rest.split_first_chunk::<N>() {
            if short_key(head) == short_key(label) {
                return Ok((path, ()));
            }
        }
    }
    odd_label(input, label, rule, cx)
}

/// A label with blanks around its colon, or none.
fn odd_label<'a>(
    input: &'a [u8],
    label: &'static [u8],
    rule: &'static str,
    cx: &Context,
) -> PResult<'a, ()> {
    let (rest, ()) = token::sp(input, cx)?;
    let word = label.strip_suffix(b":").unwrap_or(label);
    let Some(behind) = strip_prefix_ignore_case(rest, word) else {
        return Err(stop(rest, rule));
    };
    let (blanks, colon) = WSP.split(behind);
    let Some((b':', behind)) = colon.split_first() else {
        return Err(stop(rest, rule));
    };
    if !blanks.is_empty() && !cx.tolerate(Deviation::SpaceBeforeColon) {
        return Err(stop(rest, rule));
    }
    let (blanks, path) = WSP.split(behind);
    if !blanks.is_empty() && !cx.tolerate(Deviation::SpaceAfterColon) {
        return Err(stop(behind, "Path"));
    }
    Ok((path, ()))
}

/// The argument of SEND, SOML and SAML: a path. They never took parameters.
pub(crate) fn plain<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ReversePath<'a>> {
    let (rest, ()) = label(input, b"FROM:", "FROM:", cx)?;
    cut(ReversePath::parse_part(rest, cx))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn from(local_part: &'static str) -> Mail<'static> {
        Mail::new(ReversePath::mailbox(local_part, "example.org").unwrap())
    }

    fn with(mail: Mail<'static>, parameters: &[MailParameter<'_>]) -> Command<'static> {
        let add = |list: MailParameters<'static>, one: &MailParameter<'_>| list.with(one.clone());
        let parameters = parameters.iter().try_fold(mail.parameters, add).unwrap();
        Command::Mail(Mail { parameters, ..mail })
    }

    #[test]
    fn rows() {
        let other = Mail::new(ReversePath::mailbox("\u{5b6b}", "\u{e1}.example").unwrap());
        check_rows(&[
            (b"MAIL FROM:<>\r\n", Command::Mail(Mail::new(ReversePath::Null))),
            (b"MAIL FROM:<a@example.org>\r\n", Command::Mail(from("a"))),
            (
                b"MAIL FROM:<a@example.org> SIZE=1024 BODY=8BITMIME\r\n",
                with(
                    from("a"),
                    &[MailParameter::Size(1024), MailParameter::Body(BodyType::EightBitMime)],
                ),
            ),
            (
                "MAIL FROM:<\u{5b6b}@\u{e1}.example> SMTPUTF8\r\n".as_bytes(),
                with(other, &[MailParameter::SmtpUtf8]),
            ),
            (b"SEND FROM:<a@example.org>\r\n", Command::Send(from("a").reverse_path)),
            (b"SOML FROM:<a@example.org>\r\n", Command::Soml(from("a").reverse_path)),
            (b"SAML FROM:<>\r\n", Command::Saml(ReversePath::Null)),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"MAIL\r\n", "SP", 4),
            (b"MAIL \r\n", "FROM:", 5),
            (b"MAIL <a@b>\r\n", "FROM:", 5),
            (b"MAIL FROM\r\n", "FROM:", 5),
            (b"MAIL TO:<a@b>\r\n", "FROM:", 5),
            (b"MAIL FROM <a@b>\r\n", "FROM:", 5),
            (b"MAIL FROM:\r\n", "Path", 10),
            (b"MAIL FROM:a@b\r\n", "Path", 10),
            (b"MAIL FROM:<a@b\r\n", "Path", 14),
            (b"MAIL FROM:<a@b>>\r\n", "CRLF", 15),
            (b"MAIL FROM:<a@b>SIZE=1\r\n", "SP", 15),
            (b"MAIL FROM:<a@b> =1\r\n", "esmtp-keyword", 16),
            (b"MAIL FROM:<a@b> -X=1\r\n", "esmtp-keyword", 16),
            (b"MAIL FROM:<a@b> SIZE=1 size=2\r\n", "esmtp-param", 23),
            (b"MAIL FROM:<a@b> SIZE=1,BODY=7BIT\r\n", "esmtp-param", 22),
            (b"MAIL FROM:<a@b> SIZE=x\r\n", "size-value", 21),
            (b"MAIL FROM:<a@b>\0SIZE=1\r\n", "CRLF", 15),
            // Parameters came with RFC 1869, and SEND, SOML and SAML never took any.
            (b"SEND FROM:<a@b> SIZE=1\r\n", "CRLF", 15),
            (b"SOML FROM:a@b\r\n", "Path", 10),
            (b"SAML TO:<a@b>\r\n", "FROM:", 5),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"MAIL FROM: <a@b>\r\n", Deviation::SpaceAfterColon, b"MAIL FROM:<a@b>\r\n"),
            (b"MAIL FROM:\t<>\r\n", Deviation::SpaceAfterColon, b"MAIL FROM:<>\r\n"),
            (b"MAIL FROM :<a@b>\r\n", Deviation::SpaceBeforeColon, b"MAIL FROM:<a@b>\r\n"),
            (b"MAIL  FROM:<a@b>\r\n", Deviation::ExtraSpaces, b"MAIL FROM:<a@b>\r\n"),
            (
                b"MAIL FROM:<a@b>  SIZE=1\tBODY=7BIT\r\n",
                Deviation::ExtraSpaces,
                b"MAIL FROM:<a@b> SIZE=1 BODY=7BIT\r\n",
            ),
            (b"MAIL FROM:<a@b> SIZE=1 \r\n", Deviation::TrailingSpaces, {
                b"MAIL FROM:<a@b> SIZE=1\r\n"
            }),
            (b"MAIL FROM:a@b\r\n", Deviation::MissingAngleBrackets, b"MAIL FROM:<a@b>\r\n"),
            (
                b"MAIL FROM:a@b SIZE=3\r\n",
                Deviation::MissingAngleBrackets,
                b"MAIL FROM:<a@b> SIZE=3\r\n",
            ),
            (
                b"MAIL FROM:<a@b>SIZE=100\r\n",
                Deviation::MissingSpaceBeforeParameters,
                b"MAIL FROM:<a@b> SIZE=100\r\n",
            ),
            (b"SEND FROM: <a@b>\r\n", Deviation::SpaceAfterColon, b"SEND FROM:<a@b>\r\n"),
        ]);
    }

    #[test]
    fn case_does_not_matter() {
        let parsed = Command::parse(b"mail from:<a@example.org> size=7 Body=8bitMIME\r\n").unwrap();
        let Command::Mail(mail) = &parsed else { panic!("{parsed:?}") };
        assert_eq!(mail.parameters.size(), Some(7));
        assert_eq!(mail.parameters.body(), BodyType::EightBitMime);
        assert_eq!(parsed.to_bytes(), b"MAIL FROM:<a@example.org> SIZE=7 BODY=8BITMIME\r\n");
    }
}
