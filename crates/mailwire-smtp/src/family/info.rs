//! VRFY, EXPN and HELP: questions to the server. RFC 5321 sections 4.1.1.6 to 4.1.1.8, RFC 6531
//! section 3.7.4.2.
//!
//! ```text
//! C: VRFY Crispin
//! S: 250 Mark Crispin <Admin.MRC@foo.com>
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::WSP;

use crate::command::Command;
use crate::element::text::Text;
use crate::token;
use crate::tolerance::Deviation;

/// The argument of VRFY or EXPN: a user, a mailbox or a list; sent by the client.
///
/// RFC 5321 sections 3.5, 4.1.1.6 and 4.1.1.7; RFC 6531 section 3.7.4.2 (`SMTPUTF8`).
///
/// # Grammar
/// ```text
/// vrfy = "VRFY" SP String [SP "SMTPUTF8"] CRLF
/// expn = "EXPN" SP String [SP "SMTPUTF8"] CRLF
/// ```
/// This value is what follows the verb. Deviation:
/// [`TextArgument`](crate::Deviation::TextArgument).
///
/// # Wire
/// ```text
/// C: EXPN Example-People
/// S: 250-Jon Postel <Postel@isi.edu>
/// S: 250 Sam Q. Smith <SQSmith@specific.generic.com>
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `SP` without an argument, and those of [`Text`].
///
/// # Example
/// ```
/// use mailwire_smtp::Command;
/// let Command::Vrfy(query) = Command::parse(b"VRFY \"Sam Smith\" SMTPUTF8\r\n")? else { panic!() };
/// assert_eq!(query.text.as_str(), "Sam Smith");
/// assert!(query.smtputf8);
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query<'a> {
    /// What is asked for.
    pub text: Text<'a>,
    /// True when the answer may hold UTF-8.
    pub smtputf8: bool,
}

into_owned!(struct Query { text, smtputf8 });

impl Query<'_> {
    /// True when only a server that offers SMTPUTF8 understands it.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        self.smtputf8 || !self.text.as_bytes().is_ascii()
    }
}

impl<'a> Wire<'a> for Query<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (rest, (text, smtputf8)) = match without_smtputf8(rest) {
            Some(text) => {
                let (blanks, text) = cut(Text::parse_part(text, cx))?;
                if !blanks.is_empty() && !cx.tolerate(Deviation::ExtraSpaces) {
                    return Err(stop(rest, "SP"));
                }
                (&[][..], (text, true))
            }
            None => {
                let (rest, text) = cut(Text::parse_part(rest, cx))?;
                (rest, (text, false))
            }
        };
        Ok((rest, Self { text, smtputf8 }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().put(&self.text);
        if self.smtputf8 {
            out.sp().keyword("SMTPUTF8");
        }
    }
}

/// What stands before a closing `SP "SMTPUTF8"`, if that is there.
fn without_smtputf8(input: &[u8]) -> Option<&[u8]> {
    let (text, keyword) = input.split_at_checked(input.len().checked_sub(9)?)?;
    (keyword.eq_ignore_ascii_case(b" SMTPUTF8") && !text.is_empty() && WSP.span(text) == 0)
        .then_some(text)
}

/// The argument of VRFY.
pub(crate) fn vrfy<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, query) = Query::parse_part(input, cx)?;
    Ok((rest, Command::Vrfy(query)))
}

/// The argument of EXPN.
pub(crate) fn expn<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, query) = Query::parse_part(input, cx)?;
    Ok((rest, Command::Expn(query)))
}

/// `[SP String]`, of HELP.
pub(crate) fn help<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, topic) = token::optional(input, cx, Text::parse_part)?;
    Ok((rest, Command::Help(topic)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn query(text: &str, smtputf8: bool) -> Query<'_> {
        Query { text: Text::new(text).unwrap(), smtputf8 }
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"VRFY Crispin\r\n", Command::Vrfy(query("Crispin", false))),
            (b"VRFY \"Hello\\\" Wo\\\\rld\"\r\n", Command::Vrfy(query(r#"Hello" Wo\rld"#, false))),
            ("VRFY \u{5b6b} SMTPUTF8\r\n".as_bytes(), Command::Vrfy(query("\u{5b6b}", true))),
            (b"EXPN Example-People\r\n", Command::Expn(query("Example-People", false))),
            (b"EXPN people SMTPUTF8\r\n", Command::Expn(query("people", true))),
            (b"HELP\r\n", Command::Help(None)),
            (b"HELP MAIL\r\n", Command::Help(Some(Text::new("MAIL").unwrap()))),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"VRFY\r\n", "SP", 4),
            (b"EXPN\r\n", "SP", 4),
            (b"EXPN \"a\r\n", "Quoted-string", 7),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"VRFY <a@b>\r\n", Deviation::TextArgument, b"VRFY \"<a@b>\"\r\n"),
            (b"VRFY \"a\" \r\n", Deviation::TrailingSpaces, b"VRFY a\r\n"),
            (b"VRFY a  SMTPUTF8\r\n", Deviation::ExtraSpaces, b"VRFY a SMTPUTF8\r\n"),
            (b"HELP \r\n", Deviation::TrailingSpaces, b"HELP\r\n"),
        ]);
    }
}
