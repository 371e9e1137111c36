//! BDAT and BURL: a message in counted chunks and by reference. RFC 3030, RFC 4468.
//!
//! ```text
//! C: BDAT 86 LAST
//! C: (86 octets)
//! S: 250 Message OK, 86 octets received
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::text_type;
use mailwire_core::token::{ByteSet, KEYWORD, number, strip_prefix_ignore_case};

use crate::command::Command;
use crate::token;

/// The arguments of BDAT: how many octets follow the line, and whether they are the last; sent by
/// the client.
///
/// RFC 3030 section 2.
///
/// # Grammar
/// ```text
/// bdat-cmd   = "BDAT" SP chunk-size [ SP end-marker ] CR LF
/// chunk-size = 1*DIGIT
/// end-marker = "LAST"
/// ```
/// This value is what follows the verb.
///
/// # Wire
/// ```text
/// C: BDAT 0 LAST
/// ```
///
/// # Limits
/// A size has at most 64 bits.
///
/// # Errors
/// `chunk-size`, `end-marker`. A receiver that cannot read the size cannot find the next command.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, family::bdat::Bdat};
/// let command = Command::parse(b"BDAT 86 LAST\r\n")?;
/// assert_eq!(command, Command::Bdat(Bdat { size: 86, last: true }));
/// assert_eq!(command.to_bytes(), b"BDAT 86 LAST\r\n");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bdat {
    /// Octets that follow the line.
    pub size: u64,
    /// True for the last chunk of the message.
    pub last: bool,
}

mailwire_core::owned_already!(Bdat);

impl<'a> Wire<'a> for Bdat {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (rest, size) = cut(number(rest, "chunk-size"))?;
        let (rest, last) = last(rest, cx)?;
        Ok((rest, Self { size, last }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().number(self.size);
        if self.last {
            out.sp().keyword("LAST");
        }
    }
}

/// `[SP "LAST"]`, with a boundary behind it.
fn last<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, bool> {
    let (rest, word) =
        token::optional(input, cx, |rest, _| match strip_prefix_ignore_case(rest, b"LAST") {
            Some(after) if !after.first().is_some_and(|&byte| KEYWORD.contains(byte)) => {
                Ok((after, ()))
            }
            _ => Err(stop(rest, "end-marker")),
        })?;
    Ok((rest, word.is_some()))
}

/// The arguments of BDAT.
pub(crate) fn bdat<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, bdat) = cut(Bdat::parse_part(input, cx))?;
    Ok((rest, Command::Bdat(bdat)))
}

/// Octets of an URI: unreserved, reserved and the percent sign (RFC 3986).
static URI: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"-._~:/?#[]@!$&'()*+,;=%");

text_type! {
    /// The URI of the content of a message, usually an IMAP URL with URLAUTH. RFC 4468 section 3.
    pub struct AbsoluteUri: "absolute-URI", check = check_uri, utf8
}

/// `scheme ":" ...`, of URI octets.
fn check_uri(text: &[u8]) -> Result<(), usize> {
    URI.check(text)?;
    match text.iter().position(|&byte| byte == b':') {
        Some(at) if at > 0 && text.first().is_some_and(u8::is_ascii_alphabetic) => Ok(()),
        _ => Err(0),
    }
}

/// The arguments of BURL: where the server finds the content, and whether it is the last; sent by
/// the client after AUTH.
///
/// RFC 4468 section 3.2.
///
/// # Grammar
/// ```text
/// burl-cmd = "BURL" SP absolute-URI [SP end-marker] CRLF
/// ```
/// This value is what follows the verb.
///
/// # Wire
/// ```text
/// C: BURL imap://harry@gryffindor.example.com/outbox;uid=25;urlauth=submit+harry LAST
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `absolute-URI`, `end-marker`.
///
/// # Example
/// ```
/// use mailwire_smtp::Command;
/// let Command::Burl(burl) = Command::parse(b"BURL imap://host/box;uid=25 LAST\r\n")? else { panic!() };
/// assert_eq!(burl.uri.as_str(), "imap://host/box;uid=25");
/// assert!(burl.last);
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Burl<'a> {
    /// Where the content is.
    pub uri: AbsoluteUri<'a>,
    /// True for the last part of the message.
    pub last: bool,
}

into_owned!(struct Burl { uri, last });

impl<'a> Wire<'a> for Burl<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (uri, after) = URI.split(rest);
        if let Err(at) = check_uri(uri) {
            return Err(stop(rest.get(at..).unwrap_or_default(), "absolute-URI"));
        }
        let (after, last) = last(after, cx)?;
        Ok((after, Self { uri: AbsoluteUri::checked(uri), last }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().bytes(self.uri.as_bytes());
        if self.last {
            out.sp().keyword("LAST");
        }
    }
}

/// The arguments of BURL.
pub(crate) fn burl<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, burl) = cut(Burl::parse_part(input, cx))?;
    Ok((rest, Command::Burl(burl)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        let uri = "imap://harry@g.example/outbox;uidvalidity=1/;uid=25;urlauth=submit+harry";
        check_rows(&[
            (b"BDAT 0\r\n", Command::Bdat(Bdat { size: 0, last: false })),
            (b"BDAT 86 LAST\r\n", Command::Bdat(Bdat { size: 86, last: true })),
            (
                b"BDAT 18446744073709551615\r\n",
                Command::Bdat(Bdat { size: u64::MAX, last: false }),
            ),
            (
                b"BURL imap://harry@g.example/outbox;uidvalidity=1/;uid=25;urlauth=submit+harry LAST\r\n",
                Command::Burl(Burl { uri: AbsoluteUri::new(uri).unwrap(), last: true }),
            ),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"BDAT\r\n", "SP", 4),
            (b"BDAT \r\n", "chunk-size", 5),
            (b"BDAT LAST\r\n", "chunk-size", 5),
            (b"BDAT 123LAST\r\n", "SP", 8),
            (b"BDAT 123x LAST\r\n", "SP", 8),
            (b"BDAT 5 LASTX\r\n", "end-marker", 7),
            (b"BDAT 3 BOGUS\r\n", "end-marker", 7),
            (b"BDAT 18446744073709551616\r\n", "chunk-size", 5),
            (b"BDAT -1\r\n", "chunk-size", 5),
            (b"BDAT +5\r\n", "chunk-size", 5),
            (b"BDAT 0x5\r\n", "SP", 6),
            (b"BURL\r\n", "SP", 4),
            (b"BURL outbox\r\n", "absolute-URI", 5),
            (b"BURL imap://<x>\r\n", "SP", 12),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"BDAT  10  last\r\n", Deviation::ExtraSpaces, b"BDAT 10 LAST\r\n"),
            (b"BDAT 10 \r\n", Deviation::TrailingSpaces, b"BDAT 10\r\n"),
        ]);
    }
}
