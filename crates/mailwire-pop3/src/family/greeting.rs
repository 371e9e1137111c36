//! The greeting: the first line of a session. RFC 1939 section 4, RFC 2449 section 3.
//!
//!   S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::element::apop::Stamp;
use crate::response::{Response, Status, greeting_line, with_line_end};
use crate::tolerance::Deviation;

/// The first line of a session, sent by the server before any command.
///
/// RFC 1939 sections 4 and 7 (the stamp of APOP); RFC 2449 section 3.
///
/// # Grammar
/// ```text
/// greeting  = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF
/// ```
/// A greeting of `-ERR` closes the session before it begins. Deviations: those of [`Response`].
///
/// # Wire
/// ```text
/// S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
/// ```
///
/// # Limits
/// Those of [`Response`].
///
/// # Errors
/// Those of [`Response`].
///
/// # Example
/// ```
/// use mailwire_pop3::family::greeting::Greeting;
/// let greeting = Greeting::parse(b"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n")?;
/// assert!(greeting.is_ready());
/// assert_eq!(greeting.stamp().unwrap().as_str(), "<1896.697170952@dbc.mtview.ca.us>");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting<'a> {
    /// The line.
    pub response: Response<'a>,
}

into_owned!(struct Greeting { response });
wire_api!(Deviation: Greeting);

impl Greeting<'static> {
    /// A greeting that opens the session, and offers APOP with a stamp.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text cannot stand in a line, or holds angle brackets: the stamp
    /// would not be the only thing in them.
    pub fn ready(text: &str, stamp: Option<&Stamp<'_>>) -> Result<Self, InvalidValue> {
        if let Some(at) = text.bytes().position(|byte| matches!(byte, b'<' | b'>')) {
            return Err(InvalidValue { what: "greeting", at });
        }
        let response = Response::new(Status::Ok, text)?;
        let response = match stamp {
            Some(stamp) => response.with_stamp(stamp),
            None => response.into_owned(),
        };
        Ok(Self { response })
    }
}

impl Greeting<'_> {
    /// True for `+OK`: the session is open.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.response.is_ok()
    }

    /// The stamp of APOP, when there is a clean one.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp<'_>> {
        if self.is_ready() { Stamp::find(self.response.text()) } else { None }
    }
}

impl<'a> Wire<'a> for Greeting<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, response) = with_line_end(input, cx, greeting_line)?;
        Ok((rest, Self { response }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.response);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn greeting(text: &'static str) -> Greeting<'static> {
        Greeting { response: Response::ok(text).unwrap() }
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"+OK\r\n", greeting("")),
            (b"+OK POP3 server ready\r\n", greeting("POP3 server ready")),
            (b"+OK [XCLIENT] ready <a@b>\r\n", greeting("[XCLIENT] ready <a@b>")),
            (
                b"+OK <a@[192.0.2.1]>\r\n",
                Greeting::ready("", Some(&Stamp::new("<a@[192.0.2.1]>").unwrap())).unwrap(),
            ),
            (b"-ERR no\r\n", Greeting { response: Response::err("no").unwrap() }),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Greeting<'_>>(&[
            (b"+OKAY\r\n", "status", 0),
            (b"+\r\n", "status", 0),
            (b" +OK\r\n", "status", 0),
            (b"* OK IMAP4rev1\r\n", "status", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Greeting<'_>>(&[
            (b"+ok hi\r\n", Deviation::LowerCaseStatus, b"+OK hi\r\n"),
            (b"+OK Gr\xfc\xdf\r\n", Deviation::EightBitText, b"+OK Gr\xfc\xdf\r\n"),
        ]);
    }

    #[test]
    fn the_stamp_is_offered_and_found() {
        let stamp = Stamp::new("<1.2@mail.example>").unwrap();
        let built = Greeting::ready("ready", Some(&stamp)).unwrap();
        assert_eq!(built.to_bytes(), b"+OK ready <1.2@mail.example>\r\n");
        assert_eq!(built.stamp(), Some(stamp.clone()));
        assert!(Greeting::ready("<b>", Some(&stamp)).is_err());
        assert!(Greeting::ready("a\r\n", None).is_err());
        assert_eq!(greeting("[XCLIENT] ready <a@b> now").stamp().unwrap().as_str(), "<a@b>");
        let refused = Greeting::parse(b"-ERR <a@b>\r\n").unwrap();
        assert_eq!(refused.stamp(), None);
    }
}
