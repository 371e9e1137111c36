//! RCPT: whom a message goes to. RFC 5321 section 4.1.1.3.
//!
//! ```text
//! C: RCPT TO:<bob@example.org> NOTIFY=FAILURE
//! S: 250 2.1.5 Ok
//! ```

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::token::KEYWORD;
use mailwire_core::{into_owned, wire_api, wire_enum};

use super::mail::{label, no_value, typed};
use crate::element::dsn::Notify;
use crate::element::orcpt::Orcpt;
use crate::element::parameter::{
    OtherParameter, Parameter, ParameterValue, any_keyword, parameter_list,
};
use crate::element::path::ForwardPath;
use crate::element::rrvs::Rrvs;
use crate::tolerance::Deviation;

/// The arguments of RCPT: one forward-path and what extensions add; sent by the client.
///
/// RFC 5321 section 4.1.1.3.
///
/// # Grammar
/// ```text
/// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path )
///        [SP Rcpt-parameters] CRLF
/// ```
/// This value is what follows the verb. Deviations: those of
/// [`Mail`](super::mail::Mail) and of its parts.
///
/// # Wire
/// ```text
/// C: RCPT TO:<bob@example.org>
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `TO:`, `esmtp-param` for a keyword given twice, and the rules of the path and the parameters.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, element::path::ForwardPath};
/// let Command::Rcpt(rcpt) = Command::parse(b"RCPT TO:<postmaster>\r\n")? else { panic!() };
/// assert_eq!(rcpt.forward_path, ForwardPath::Postmaster);
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rcpt<'a> {
    /// Whom the message goes to.
    pub forward_path: ForwardPath<'a>,
    /// The parameters, in the order of the line.
    pub parameters: RcptParameters<'a>,
}

into_owned!(struct Rcpt { forward_path, parameters });

impl<'a> Rcpt<'a> {
    /// A RCPT command without parameters.
    #[must_use]
    pub const fn new(forward_path: ForwardPath<'a>) -> Self {
        Self { forward_path, parameters: RcptParameters::new() }
    }
}

impl<'a> Wire<'a> for Rcpt<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = label(input, b"TO:", "TO:", cx)?;
        let (rest, forward_path) = cut(ForwardPath::parse_part(rest, cx))?;
        let (rest, parameters) = RcptParameters::parse_part(rest, cx)?;
        Ok((rest, Self { forward_path, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword(" TO:").put(&self.forward_path).put(&self.parameters);
    }
}

wire_enum! {
    /// The keywords of RCPT parameters that are typed here.
    pub(crate) enum RcptKeyword: "esmtp-keyword" in KEYWORD {
        Notify = "NOTIFY",
        Orcpt = "ORCPT",
        Rrvs = "RRVS",
        Conneg = "CONNEG",
        AltAddress = "ALT-ADDRESS",
    }
}

/// One parameter of RCPT.
///
/// RFC 5321 section 4.1.1.11; each variant names the RFC that defines it.
///
/// # Grammar
/// ```text
/// esmtp-param = esmtp-keyword ["=" esmtp-value]
/// ```
///
/// # Wire
/// ```text
/// C: RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `esmtp-keyword`, `esmtp-value`, and the rules of the values.
///
/// # Example
/// ```
/// use mailwire_smtp::{element::dsn::Notify, family::rcpt::RcptParameter};
/// let parameter = RcptParameter::parse(b"NOTIFY=never")?;
/// assert_eq!(parameter, RcptParameter::Notify(Notify::NEVER));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RcptParameter<'a> {
    /// `NOTIFY=`: when to send a delivery status notification. RFC 3461.
    Notify(Notify),
    /// `ORCPT=`: the original recipient. RFC 3461, RFC 6533.
    Orcpt(Orcpt<'a>),
    /// `RRVS=`: since when the mailbox must belong to its owner. RFC 7293.
    Rrvs(Rrvs),
    /// `CONNEG`: asks for the capabilities of the recipient. RFC 4141.
    Conneg,
    /// `ALT-ADDRESS=`: an ASCII address beside a UTF-8 one. RFC 5336 (obsolete).
    AltAddress(ParameterValue<'a>),
    /// Another parameter, kept as data.
    Other(OtherParameter<'a>),
}

into_owned!(
    enum RcptParameter {
        Notify(notify),
        Orcpt(orcpt),
        Rrvs(rrvs),
        Conneg,
        AltAddress(address),
        Other(other),
    }
);
wire_api!(Deviation: RcptParameter);

impl<'a> Wire<'a> for RcptParameter<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, word) = match RcptKeyword::leading(input) {
            Some(known) => known,
            None => match any_keyword(input, RcptKeyword::from_keyword)? {
                (rest, Some(word)) => (rest, word),
                (_, None) => {
                    let (rest, other) = OtherParameter::parse_part(input, cx)?;
                    return Ok((rest, Self::Other(other)));
                }
            },
        };
        Ok(match word {
            RcptKeyword::Notify => typed(rest, cx, Self::Notify)?,
            RcptKeyword::Orcpt => typed(rest, cx, Self::Orcpt)?,
            RcptKeyword::Rrvs => typed(rest, cx, Self::Rrvs)?,
            RcptKeyword::Conneg => (no_value(rest)?, Self::Conneg),
            RcptKeyword::AltAddress => typed(rest, cx, Self::AltAddress)?,
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(word) = self.word() {
            out.keyword(word.as_str());
        }
        match self {
            Self::Notify(notify) => out.byte(b'=').put(notify),
            Self::Orcpt(orcpt) => out.byte(b'=').put(orcpt),
            Self::Rrvs(rrvs) => out.byte(b'=').put(rrvs),
            Self::AltAddress(address) => out.byte(b'=').put(address),
            Self::Other(other) => out.put(other),
            Self::Conneg => out,
        };
    }
}

impl RcptParameter<'_> {
    /// The keyword, of a parameter that is typed.
    const fn word(&self) -> Option<RcptKeyword> {
        Some(match self {
            Self::Notify(_) => RcptKeyword::Notify,
            Self::Orcpt(_) => RcptKeyword::Orcpt,
            Self::Rrvs(_) => RcptKeyword::Rrvs,
            Self::Conneg => RcptKeyword::Conneg,
            Self::AltAddress(_) => RcptKeyword::AltAddress,
            Self::Other(_) => return None,
        })
    }
}

impl<'a> Parameter<'a> for RcptParameter<'a> {
    fn number(&self) -> Option<u32> {
        self.word().map(|word| word as u32)
    }

    fn keyword(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Other(other) => Cow::Borrowed(other.keyword.as_bytes()),
            _ => Cow::Borrowed(self.word().map_or("", RcptKeyword::as_str).as_bytes()),
        }
    }

    fn is_known(keyword: &[u8]) -> bool {
        RcptKeyword::from_keyword(keyword).is_some()
    }
}

parameter_list! {
    /// The parameters of RCPT, in the order of the line.
    ///
    /// RFC 5321 section 4.1.2. A view over the line, checked once; each keyword stands in it once.
    pub struct RcptParameters of RcptParameter
}

impl RcptParameters<'_> {
    /// The typed keywords in the list, as bits.
    pub(crate) const fn seen(&self) -> u32 {
        self.seen
    }

    /// True when a parameter holds octets that need SMTPUTF8.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        self.iter().any(|parameter| match parameter {
            RcptParameter::Orcpt(orcpt) => !orcpt.is_ascii(),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::element::rrvs::NoSupportAction;
    use crate::element::timestamp::Timestamp;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn to(local_part: &'static str) -> Rcpt<'static> {
        Rcpt::new(ForwardPath::mailbox(local_part, "example.org").unwrap())
    }

    /// One row or more for each keyword; the test below finds the one that is missing.
    fn every_parameter() -> alloc::vec::Vec<(&'static [u8], RcptParameter<'static>)> {
        use RcptParameter as P;
        let since = Timestamp::parse(b"2014-04-03T23:01:00Z").unwrap();
        let rrvs = |action| P::Rrvs(Rrvs::new(since, action).unwrap());
        let address = "\u{5b6b}@example.org";
        alloc::vec![
            (b"NOTIFY=NEVER", P::Notify(Notify::NEVER)),
            (b"NOTIFY=SUCCESS,FAILURE", P::Notify(Notify::SUCCESS.and(Notify::FAILURE))),
            (b"NOTIFY=DELAY", P::Notify(Notify::DELAY)),
            (
                b"ORCPT=rfc822;a+2Bb@example.org",
                P::Orcpt(Orcpt::rfc822("a+b@example.org").unwrap())
            ),
            (b"ORCPT=utf-8;\xe5\xad\xab@example.org", P::Orcpt(Orcpt::utf_8(address).unwrap())),
            (b"RRVS=2014-04-03T23:01:00Z", rrvs(None)),
            (b"RRVS=2014-04-03T23:01:00Z;C", rrvs(Some(NoSupportAction::Continue))),
            (b"CONNEG", P::Conneg),
            (b"ALT-ADDRESS=a@b", P::AltAddress(ParameterValue::new("a@b").unwrap())),
            (b"X-NEW", P::Other(OtherParameter::new("X-NEW", None).unwrap())),
            (b"X-NEW=v", P::Other(OtherParameter::new("X-NEW", Some("v")).unwrap())),
        ]
    }

    #[test]
    fn parameter_rows() {
        let rows = every_parameter();
        check_rows(&rows);
        for keyword in RcptKeyword::ALL {
            let has_row = |row: &(_, RcptParameter<'_>)| row.1.word() == Some(*keyword);
            assert!(rows.iter().any(has_row), "no row for {keyword}");
        }
    }

    #[test]
    fn rows() {
        let notify = RcptParameters::new().with(RcptParameter::Notify(Notify::FAILURE)).unwrap();
        let both = notify.clone().with(RcptParameter::Orcpt(Orcpt::rfc822("root").unwrap()));
        check_rows(&[
            (b"RCPT TO:<b@example.org>\r\n", Command::Rcpt(to("b"))),
            (b"RCPT TO:<Postmaster>\r\n", Command::Rcpt(Rcpt::new(ForwardPath::Postmaster))),
            (
                b"RCPT TO:<b@example.org> NOTIFY=FAILURE\r\n",
                Command::Rcpt(Rcpt { parameters: notify, ..to("b") }),
            ),
            (
                b"RCPT TO:<b@example.org> NOTIFY=FAILURE ORCPT=rfc822;root\r\n",
                Command::Rcpt(Rcpt { parameters: both.unwrap(), ..to("b") }),
            ),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"RCPT\r\n", "SP", 4),
            (b"RCPT FROM:<a@b>\r\n", "TO:", 5),
            (b"RCPT TO <a@b>\r\n", "TO:", 5),
            (b"RCPT TO:\r\n", "Path", 8),
            // The null path is a sender only.
            (b"RCPT TO:<>\r\n", "Local-part", 9),
            (b"RCPT TO:<a>\r\n", "Mailbox", 10),
            (b"RCPT TO:<a@b> NOTIFY=NEVER notify=DELAY\r\n", "esmtp-param", 27),
        ]);
        check_rejects::<RcptParameter<'_>>(&[
            (b"NOTIFY", "esmtp-value", 6),
            (b"NOTIFY=", "notify-list-element", 7),
            (b"NOTIFY=NEVER,DELAY", "notify-esmtp-value", 7),
            (b"ORCPT=", "addr-type", 6),
            (b"RRVS=1234", "date-time", 9),
            (b"CONNEG=1", "esmtp-param", 6),
            (b"ALT-ADDRESS", "esmtp-value", 11),
            (b"=", "esmtp-keyword", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"RCPT TO: <a@b>\r\n", Deviation::SpaceAfterColon, b"RCPT TO:<a@b>\r\n"),
            (b"RCPT TO :<a@b>\r\n", Deviation::SpaceBeforeColon, b"RCPT TO:<a@b>\r\n"),
            (b"RCPT TO:<root>\r\n", Deviation::MissingDomain, b"RCPT TO:<root>\r\n"),
            (b"RCPT TO:a@b\r\n", Deviation::MissingAngleBrackets, b"RCPT TO:<a@b>\r\n"),
            (
                b"RCPT TO:<a@b>NOTIFY=DELAY\r\n",
                Deviation::MissingSpaceBeforeParameters,
                b"RCPT TO:<a@b> NOTIFY=DELAY\r\n",
            ),
            (
                b"RCPT TO:<a@b> ORCPT=rfc822;a+b@c\r\n",
                Deviation::RawXtext,
                b"RCPT TO:<a@b> ORCPT=rfc822;a+2Bb@c\r\n",
            ),
            (
                b"RCPT TO:<a@b> RRVS=2014-04-03T23:01:00Z;X\r\n",
                Deviation::RrvsOtherAction,
                b"RCPT TO:<a@b> RRVS=2014-04-03T23:01:00Z\r\n",
            ),
        ]);
    }
}
