//! The greeting: the first reply of a session. RFC 5321 sections 3.1 and 4.2, RFC 7504.
//!
//! ```text
//! S: 220 foo.com Simple Mail Transfer Service Ready
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, wire_api};

use crate::element::domain::Domain;
use crate::element::reply_code::ReplyCode;
use crate::reply::Reply;
use crate::tolerance::Deviation;

/// The first reply of a session, sent by the server before any command.
///
/// RFC 5321 sections 3.1 and 4.2; RFC 7504 (521). It never has an enhanced status code (RFC 2034
/// section 4).
///
/// # Grammar
/// ```text
/// Greeting = ( "220 " (Domain / address-literal) [ SP textstring ] CRLF ) /
///            ( "220-" (Domain / address-literal) [ SP textstring ] CRLF
///              *( "220-" [ textstring ] CRLF )
///              "220" [ SP textstring ] CRLF )
/// ```
/// A greeting without a domain is accepted: the domain is only for people. Deviations: those of
/// [`Reply`].
///
/// # Wire
/// ```text
/// S: 554 no SMTP service here
/// ```
///
/// # Limits
/// Those of [`Reply`].
///
/// # Errors
/// Those of [`Reply`].
///
/// # Example
/// ```
/// use mailwire_smtp::family::greeting::Greeting;
/// let greeting = Greeting::parse(b"220 foo.com Simple Mail Transfer Service Ready\r\n")?;
/// assert!(greeting.is_ready());
/// assert_eq!(greeting.domain().unwrap().to_string(), "foo.com");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting<'a> {
    /// The reply.
    pub reply: Reply<'a>,
}

into_owned!(struct Greeting { reply });
wire_api!(Deviation: Greeting);

impl<'a> Greeting<'a> {
    /// A greeting that opens the session.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text cannot stand in a reply.
    pub fn ready<'t>(domain: &Domain<'_>, text: impl IntoBytes<'t>) -> Result<Self, InvalidValue> {
        let mut line = domain.to_bytes();
        let text = text.into_bytes();
        if !text.is_empty() {
            line.push(b' ');
            line.extend_from_slice(&text);
        }
        Reply::new(ReplyCode::READY, line)
            .map(|reply| Self { reply: reply.without_enhanced_code() })
    }

    /// True for 220: the session is open.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.reply.code() == ReplyCode::READY
    }

    /// The name of the server, when the text begins with a domain or an address literal.
    #[must_use]
    pub fn domain(&self) -> Option<Domain<'_>> {
        let word = self.reply.text().split(|&byte| byte == b' ').next().unwrap_or_default();
        Domain::parse(word).ok()
    }
}

impl<'a> Wire<'a> for Greeting<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, reply) = Reply::parse_part(input, cx)?;
        Ok((rest, Self { reply: reply.without_enhanced_code() }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.reply);
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn greeting(lines: &[&'static str]) -> Greeting<'static> {
        let first = Reply::new(ReplyCode::READY, lines[0]).unwrap();
        let reply = lines[1..].iter().fold(first, |reply, line| reply.with_line(*line).unwrap());
        Greeting { reply: reply.without_enhanced_code() }
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"220 foo.com ready\r\n", greeting(&["foo.com ready"])),
            (b"220\r\n", greeting(&[""])),
            (b"220-a\r\n220-\r\n220\r\n", greeting(&["a", "", ""])),
            // A greeting has no status code.
            (b"220 2.0.0 ready\r\n", greeting(&["2.0.0 ready"])),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Greeting<'_>>(&[(b"* OK Gimap ready\r\n", "Reply-code", 0)]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Greeting<'_>>(&[(b"220 \r\n", Deviation::EmptyText, b"220\r\n")]);
    }

    #[test]
    fn the_domain_is_what_looks_like_one() {
        assert_eq!(greeting(&["[192.0.2.1] hi"]).domain().unwrap().to_string(), "[192.0.2.1]");
        assert_eq!(greeting(&["****************"]).domain(), None);
        let domain = Domain::name("mail.example").unwrap();
        let built = Greeting::ready(&domain, "ready").unwrap();
        assert_eq!(built.to_bytes(), b"220 mail.example ready\r\n");
        assert_eq!(Greeting::ready(&domain, "").unwrap().to_bytes(), b"220 mail.example\r\n");
        assert!(Greeting::ready(&domain, "a\r\n250 b").is_err());
    }
}
