//! The parameters of MAIL: one typed value per extension, and the list that holds them.
//!
//! ```text
//! C: MAIL FROM:<alice@example.org> SIZE=1024 BODY=8BITMIME
//! ```

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::{KEYWORD, number};
use mailwire_core::{into_owned, wire_api, wire_enum};

use crate::element::deliver_by::DeliverBy;
use crate::element::dsn::{Envid, Ret};
use crate::element::future_release::{HoldFor, HoldUntil};
use crate::element::parameter::{
    OtherParameter, Parameter, ParameterValue, VerpDelimiters, any_keyword, parameter_list,
};
use crate::element::priority::MtPriority;
use crate::element::solicit::Solicit;
use crate::element::tracking::Mtrk;
use crate::element::transid::Transid;
use crate::element::xtext::Xtext;
use crate::tolerance::Deviation;

wire_enum! {
    /// How the body of the message is encoded: the value of BODY.
    ///
    /// RFC 6152 section 2; RFC 3030 section 3 (`BINARYMIME`).
    pub enum BodyType: "body-value" in KEYWORD {
        /// Lines of 7-bit octets.
        SevenBit = "7BIT",
        /// Lines of 8-bit octets.
        EightBitMime = "8BITMIME",
        /// Any octets; only with BDAT.
        BinaryMime = "BINARYMIME",
    }
}

/// Who submitted the message, as the sender's server knows: the value of AUTH.
///
/// RFC 4954 section 5.
///
/// # Grammar
/// ```text
/// auth-param = "AUTH=" ( "<>" / xtext )
/// ```
/// Deviation: [`EmptyAuthParameter`](Deviation::EmptyAuthParameter).
///
/// # Wire
/// ```text
/// C: MAIL FROM:<e=mc2@example.com> AUTH=e+3Dmc2@example.com
/// ```
///
/// # Limits
/// 500 octets (RFC 4954); within [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `xtext`.
///
/// # Example
/// ```
/// use mailwire_smtp::family::mail::AuthParameter;
/// assert_eq!(AuthParameter::parse(b"<>")?, AuthParameter::Unknown);
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthParameter<'a> {
    /// `<>`: not known, or not told.
    Unknown,
    /// The mailbox, as xtext.
    Mailbox(Xtext<'a>),
}

into_owned!(
    enum AuthParameter {
        Unknown,
        Mailbox(mailbox),
    }
);
wire_api!(Deviation: AuthParameter, MailParameter);

impl<'a> Wire<'a> for AuthParameter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let ends = |rest: &[u8]| matches!(rest.first(), None | Some(b' ' | b'\t'));
        if let Some(rest) = input.strip_prefix(b"<>").filter(|rest| ends(rest)) {
            return Ok((rest, Self::Unknown));
        }
        if ends(input) {
            let tolerated = cx.tolerate(Deviation::EmptyAuthParameter);
            return if tolerated { Ok((input, Self::Unknown)) } else { Err(stop(input, "xtext")) };
        }
        let (rest, mailbox) = Xtext::parse_part(input, cx)?;
        Ok((rest, Self::Mailbox(mailbox)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            // The same two octets as a mailbox are escaped, not to be taken for an unknown one.
            Self::Mailbox(mailbox) if mailbox.as_bytes() == b"<>" => out.bytes(b"+3C+3E"),
            Self::Mailbox(mailbox) if !mailbox.as_bytes().is_empty() => out.put(mailbox),
            // A value has one octet at least.
            Self::Unknown | Self::Mailbox(_) => out.bytes(b"<>"),
        };
    }
}

wire_enum! {
    /// The keywords of MAIL parameters that are typed here.
    pub(crate) enum MailKeyword: "esmtp-keyword" in KEYWORD {
        Size = "SIZE",
        Body = "BODY",
        Auth = "AUTH",
        Ret = "RET",
        Envid = "ENVID",
        By = "BY",
        HoldFor = "HOLDFOR",
        HoldUntil = "HOLDUNTIL",
        MtPriority = "MT-PRIORITY",
        Mtrk = "MTRK",
        Solicit = "SOLICIT",
        Transid = "TRANSID",
        Submitter = "SUBMITTER",
        SmtpUtf8 = "SMTPUTF8",
        RequireTls = "REQUIRETLS",
        Conperm = "CONPERM",
        AltAddress = "ALT-ADDRESS",
        Prdr = "PRDR",
        Xverp = "XVERP",
    }
}

/// One parameter of MAIL.
///
/// RFC 5321 section 4.1.1.11; each variant names the RFC that defines it.
///
/// # Grammar
/// ```text
/// esmtp-param   = esmtp-keyword ["=" esmtp-value]
/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// esmtp-value   = 1*(%d33-60 / %d62-126)
/// ```
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ314159
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `esmtp-keyword`, `esmtp-value`, `size-value`, `body-value`, and the rules of the values.
///
/// # Example
/// ```
/// use mailwire_smtp::family::mail::{BodyType, MailParameter};
/// let parameter = MailParameter::parse(b"BODY=8bitMIME")?;
/// assert_eq!(parameter, MailParameter::Body(BodyType::EightBitMime));
/// assert_eq!(parameter.to_bytes(), b"BODY=8BITMIME");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailParameter<'a> {
    /// `SIZE=`: octets of the message, as the client estimates. RFC 1870.
    Size(u64),
    /// `BODY=`: how the body is encoded. RFC 6152, RFC 3030.
    Body(BodyType),
    /// `AUTH=`: who submitted the message. RFC 4954.
    Auth(AuthParameter<'a>),
    /// `RET=`: what a failure notification returns. RFC 3461.
    Ret(Ret),
    /// `ENVID=`: the envelope identifier. RFC 3461.
    Envid(Envid<'a>),
    /// `BY=`: when to deliver by. RFC 2852.
    By(DeliverBy),
    /// `HOLDFOR=`: how long to hold the message. RFC 4865.
    HoldFor(HoldFor),
    /// `HOLDUNTIL=`: until when to hold the message. RFC 4865.
    HoldUntil(HoldUntil),
    /// `MT-PRIORITY=`: the priority of the message. RFC 6710.
    MtPriority(MtPriority),
    /// `MTRK=`: message tracking. RFC 3885.
    Mtrk(Mtrk<'a>),
    /// `SOLICIT=`: the solicitation classes of the message. RFC 3865.
    Solicit(Solicit<'a>),
    /// `TRANSID=`: the transaction to take up again. RFC 1845.
    Transid(Transid<'a>),
    /// `SUBMITTER=`: the responsible submitter, as xtext. RFC 4405 (historic).
    Submitter(Xtext<'a>),
    /// `SMTPUTF8`: the message or its envelope is internationalised. RFC 6531.
    SmtpUtf8,
    /// `REQUIRETLS`: only over TLS from here to the end. RFC 8689.
    RequireTls,
    /// `CONPERM`: conversion is permitted. RFC 4141.
    Conperm,
    /// `ALT-ADDRESS=`: an ASCII address beside a UTF-8 one. RFC 5336 (obsolete).
    AltAddress(ParameterValue<'a>),
    /// `PRDR`: one reply per recipient. Exim.
    Prdr,
    /// `XVERP` or `XVERP=+=`: variable envelope return paths, and their delimiters. Postfix, Courier.
    Xverp(Option<VerpDelimiters<'a>>),
    /// Another parameter, kept as data.
    Other(OtherParameter<'a>),
}

into_owned!(
    enum MailParameter {
        Size(size),
        Body(body),
        Auth(auth),
        Ret(ret),
        Envid(envid),
        By(by),
        HoldFor(seconds),
        HoldUntil(date),
        MtPriority(priority),
        Mtrk(mtrk),
        Solicit(classes),
        Transid(transid),
        Submitter(submitter),
        SmtpUtf8,
        RequireTls,
        Conperm,
        AltAddress(address),
        Prdr,
        Xverp(delimiters),
        Other(other),
    }
);

impl<'a> Wire<'a> for MailParameter<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, word) = match MailKeyword::leading(input) {
            Some(known) => known,
            None => match any_keyword(input, MailKeyword::from_keyword)? {
                (rest, Some(word)) => (rest, word),
                (_, None) => {
                    let (rest, other) = OtherParameter::parse_part(input, cx)?;
                    return Ok((rest, Self::Other(other)));
                }
            },
        };
        Ok(match word {
            MailKeyword::Size => {
                let (rest, size) = value(rest, |rest| number(rest, "size-value"))?;
                (rest, Self::Size(size))
            }
            MailKeyword::Body => typed(rest, cx, Self::Body)?,
            MailKeyword::Auth => typed(rest, cx, Self::Auth)?,
            MailKeyword::Ret => typed(rest, cx, Self::Ret)?,
            MailKeyword::Envid => typed(rest, cx, Self::Envid)?,
            MailKeyword::By => typed(rest, cx, Self::By)?,
            MailKeyword::HoldFor => typed(rest, cx, Self::HoldFor)?,
            MailKeyword::HoldUntil => typed(rest, cx, Self::HoldUntil)?,
            MailKeyword::MtPriority => typed(rest, cx, Self::MtPriority)?,
            MailKeyword::Mtrk => typed(rest, cx, Self::Mtrk)?,
            MailKeyword::Solicit => typed(rest, cx, Self::Solicit)?,
            MailKeyword::Transid => typed(rest, cx, Self::Transid)?,
            MailKeyword::Submitter => typed(rest, cx, Self::Submitter)?,
            MailKeyword::SmtpUtf8 => (no_value(rest)?, Self::SmtpUtf8),
            MailKeyword::RequireTls => (no_value(rest)?, Self::RequireTls),
            MailKeyword::Conperm => (no_value(rest)?, Self::Conperm),
            MailKeyword::AltAddress => typed(rest, cx, Self::AltAddress)?,
            MailKeyword::Prdr => (no_value(rest)?, Self::Prdr),
            MailKeyword::Xverp if rest.first() == Some(&b'=') => {
                typed(rest, cx, |delimiters| Self::Xverp(Some(delimiters)))?
            }
            MailKeyword::Xverp => (rest, Self::Xverp(None)),
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Self::Other(other) = self {
            out.put(other);
            return;
        }
        if let Some(word) = self.word() {
            out.keyword(word.as_str());
        }
        match self {
            Self::Size(size) => out.byte(b'=').number(*size),
            Self::Body(body) => out.byte(b'=').put(body),
            Self::Auth(auth) => out.byte(b'=').put(auth),
            Self::Ret(ret) => out.byte(b'=').put(ret),
            Self::Envid(envid) => out.byte(b'=').put(envid),
            Self::By(by) => out.byte(b'=').put(by),
            Self::HoldFor(seconds) => out.byte(b'=').put(seconds),
            Self::HoldUntil(date) => out.byte(b'=').put(date),
            Self::MtPriority(priority) => out.byte(b'=').put(priority),
            Self::Mtrk(mtrk) => out.byte(b'=').put(mtrk),
            Self::Solicit(classes) => out.byte(b'=').put(classes),
            Self::Transid(transid) => out.byte(b'=').put(transid),
            Self::Submitter(submitter) => out.byte(b'=').put(submitter),
            Self::AltAddress(value) => out.byte(b'=').put(value),
            Self::Xverp(Some(delimiters)) => out.byte(b'=').put(delimiters),
            _ => out,
        };
    }
}

impl MailParameter<'_> {
    /// The keyword, of a parameter that is typed.
    const fn word(&self) -> Option<MailKeyword> {
        Some(match self {
            Self::Size(_) => MailKeyword::Size,
            Self::Body(_) => MailKeyword::Body,
            Self::Auth(_) => MailKeyword::Auth,
            Self::Ret(_) => MailKeyword::Ret,
            Self::Envid(_) => MailKeyword::Envid,
            Self::By(_) => MailKeyword::By,
            Self::HoldFor(_) => MailKeyword::HoldFor,
            Self::HoldUntil(_) => MailKeyword::HoldUntil,
            Self::MtPriority(_) => MailKeyword::MtPriority,
            Self::Mtrk(_) => MailKeyword::Mtrk,
            Self::Solicit(_) => MailKeyword::Solicit,
            Self::Transid(_) => MailKeyword::Transid,
            Self::Submitter(_) => MailKeyword::Submitter,
            Self::SmtpUtf8 => MailKeyword::SmtpUtf8,
            Self::RequireTls => MailKeyword::RequireTls,
            Self::Conperm => MailKeyword::Conperm,
            Self::AltAddress(_) => MailKeyword::AltAddress,
            Self::Prdr => MailKeyword::Prdr,
            Self::Xverp(_) => MailKeyword::Xverp,
            Self::Other(_) => return None,
        })
    }
}

impl<'a> Parameter<'a> for MailParameter<'a> {
    fn number(&self) -> Option<u32> {
        self.word().map(|word| word as u32)
    }

    fn keyword(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Other(other) => Cow::Borrowed(other.keyword.as_bytes()),
            _ => Cow::Borrowed(self.word().map_or("", MailKeyword::as_str).as_bytes()),
        }
    }

    fn is_known(keyword: &[u8]) -> bool {
        MailKeyword::from_keyword(keyword).is_some()
    }
}

/// `"=" value`, where the value belongs to the keyword before it.
#[inline(always)]
pub(crate) fn value<'a, T>(
    input: &'a [u8],
    parse: impl FnOnce(&'a [u8]) -> PResult<'a, T>,
) -> PResult<'a, T> {
    match input.split_first() {
        Some((b'=', rest)) => cut(parse(rest)),
        _ => Err(stop(input, "esmtp-value")),
    }
}

/// `"=" value`, of an element.
#[inline(always)]
pub(crate) fn typed<'a, T: Wire<'a>, P>(
    input: &'a [u8],
    cx: &Context,
    wrap: impl FnOnce(T) -> P,
) -> PResult<'a, P> {
    let (rest, value) = value(input, |rest| T::parse_part(rest, cx))?;
    Ok((rest, wrap(value)))
}

/// Nothing: a keyword that takes no value.
pub(crate) fn no_value(input: &[u8]) -> Result<&[u8], nom::Err<mailwire_core::parse::Fail>> {
    match input.first() {
        Some(b'=') => Err(stop(input, "esmtp-param")),
        _ => Ok(input),
    }
}

parameter_list! {
    /// The parameters of MAIL, in the order of the line.
    ///
    /// RFC 5321 section 4.1.2. A view over the line, checked once; each keyword stands in it once.
    pub struct MailParameters of MailParameter
}

impl MailParameters<'_> {
    /// The announced size of the message, in octets.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.iter().find_map(|parameter| match parameter {
            MailParameter::Size(size) => Some(size),
            _ => None,
        })
    }

    /// How the body is encoded; 7-bit when not told.
    #[must_use]
    pub fn body(&self) -> BodyType {
        self.iter()
            .find_map(|parameter| match parameter {
                MailParameter::Body(body) => Some(body),
                _ => None,
            })
            .unwrap_or(BodyType::SevenBit)
    }

    /// The typed keywords in the list, as bits.
    pub(crate) const fn seen(&self) -> u32 {
        self.seen
    }

    /// True when the typed parameter stands in the list; costs one bit test.
    pub(crate) const fn has(&self, keyword: MailKeyword) -> bool {
        self.seen & (1 << keyword as u32) != 0
    }

    /// True when SMTPUTF8 is asked for.
    #[must_use]
    pub const fn smtputf8(&self) -> bool {
        self.has(MailKeyword::SmtpUtf8)
    }

    /// True when one reply per recipient is asked for (PRDR).
    #[must_use]
    pub const fn prdr(&self) -> bool {
        self.has(MailKeyword::Prdr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::deliver_by::ByMode;
    use crate::element::timestamp::Timestamp;
    use crate::element::tracking::Certifier;
    use crate::rows::{check_lenient, check_rejects, check_rows, parse};
    use mailwire_core::Tolerance;

    /// One row or more for each keyword; the test below finds the one that is missing.
    fn every_parameter() -> alloc::vec::Vec<(&'static [u8], MailParameter<'static>)> {
        use MailParameter as P;
        let until = Timestamp::parse(b"2026-12-01T12:00:00Z").unwrap();
        let xtext = |text: &str| Xtext::encode_text(text.as_bytes()).unwrap();
        alloc::vec![
            (b"SIZE=0", P::Size(0)),
            (b"SIZE=18446744073709551615", P::Size(u64::MAX)),
            (b"BODY=7BIT", P::Body(BodyType::SevenBit)),
            (b"BODY=8BITMIME", P::Body(BodyType::EightBitMime)),
            (b"BODY=BINARYMIME", P::Body(BodyType::BinaryMime)),
            (b"AUTH=<>", P::Auth(AuthParameter::Unknown)),
            (b"AUTH=+3C+3E", P::Auth(AuthParameter::Mailbox(xtext("<>")))),
            (b"AUTH=<>x", P::Auth(AuthParameter::Mailbox(xtext("<>x")))),
            (
                b"AUTH=e+3Dmc2@example.com",
                P::Auth(AuthParameter::Mailbox(xtext("e=mc2@example.com")))
            ),
            (b"RET=FULL", P::Ret(Ret::Full)),
            (b"RET=HDRS", P::Ret(Ret::Headers)),
            (b"ENVID=QQ+20314159", P::Envid(Envid::new("QQ 314159").unwrap())),
            (b"BY=120;R", P::By(DeliverBy::new(120, ByMode::Return, false).unwrap())),
            (b"BY=-5;NT", P::By(DeliverBy::new(-5, ByMode::Notify, true).unwrap())),
            (b"HOLDFOR=3600", P::HoldFor(HoldFor::new(3600).unwrap())),
            (b"HOLDUNTIL=2026-12-01T12:00:00Z", P::HoldUntil(HoldUntil::new(until).unwrap())),
            (b"MT-PRIORITY=-9", P::MtPriority(MtPriority::new(-9).unwrap())),
            (b"MT-PRIORITY=3", P::MtPriority(MtPriority::new(3).unwrap())),
            (b"MTRK=abc:99", P::Mtrk(Mtrk::new(Certifier::new("abc").unwrap(), Some(99)).unwrap())),
            (b"SOLICIT=org.example:ADV", P::Solicit(Solicit::new("org.example:ADV").unwrap())),
            (b"TRANSID=<1@example.org>", P::Transid(Transid::new("<1@example.org>").unwrap())),
            (b"SUBMITTER=a@example.org", P::Submitter(xtext("a@example.org"))),
            (b"SMTPUTF8", P::SmtpUtf8),
            (b"REQUIRETLS", P::RequireTls),
            (b"CONPERM", P::Conperm),
            (b"ALT-ADDRESS=a@b", P::AltAddress(ParameterValue::new("a@b").unwrap())),
            (b"PRDR", P::Prdr),
            (b"XVERP", P::Xverp(None)),
            (b"XVERP=+=", P::Xverp(Some(VerpDelimiters::new("+=").unwrap()))),
            (b"XVERP==+", P::Xverp(Some(VerpDelimiters::new("=+").unwrap()))),
            (b"X-NEW", P::Other(OtherParameter::new("X-NEW", None).unwrap())),
            (
                b"xoorg=a.example",
                P::Other(OtherParameter::new("xoorg", Some("a.example")).unwrap())
            ),
        ]
    }

    #[test]
    fn rows() {
        let rows = every_parameter();
        check_rows(&rows);
        for keyword in MailKeyword::ALL {
            let has_row = |row: &(_, MailParameter<'_>)| row.1.word() == Some(*keyword);
            assert!(rows.iter().any(has_row), "no row for {keyword}");
        }
    }

    #[test]
    fn rejects() {
        check_rejects::<MailParameter<'_>>(&[
            (b"", "esmtp-keyword", 0),
            (b"=x", "esmtp-keyword", 0),
            (b"-X", "esmtp-keyword", 0),
            (b"SIZE", "esmtp-value", 4),
            (b"SIZE=", "size-value", 5),
            (b"SIZE=-1", "size-value", 5),
            (b"SIZE=1k", "end", 6),
            (b"SIZE=18446744073709551616", "size-value", 5),
            (b"BODY=8BIT", "body-value", 5),
            (b"BODY=8BITMIMEX", "body-value", 5),
            (b"BODY", "esmtp-value", 4),
            (b"AUTH", "esmtp-value", 4),
            (b"AUTH=a+0Ab", "xtext", 6),
            (b"RET=ALL", "RET", 4),
            (b"ENVID=", "xtext", 6),
            (b"BY=1", "by-time", 4),
            (b"HOLDFOR=0", "future-release-integer", 8),
            (b"HOLDUNTIL=12345", "date-time", 14),
            (b"MT-PRIORITY=10", "end", 13),
            (b"MTRK=my-ceritifier", "end", 7),
            (b"SOLICIT=1a", "word", 8),
            (b"TRANSID=a@b", "transid-value", 8),
            (b"SUBMITTER", "esmtp-value", 9),
            (b"SMTPUTF8=", "esmtp-param", 8),
            (b"SMTPUTF8=yes", "esmtp-param", 8),
            (b"REQUIRETLS=1", "esmtp-param", 10),
            (b"CONPERM=1", "esmtp-param", 7),
            (b"PRDR=1", "esmtp-param", 4),
            (b"ALT-ADDRESS=", "esmtp-value", 12),
            (b"XVERP=", "verp-delimiters", 6),
            (b"X-NEW=", "esmtp-value", 6),
            (b"X-NEW=a\x7f", "end", 7),
            (b"X_NEW=a", "end", 1),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<MailParameter<'_>>(&[
            (b"ENVID=a+3db", Deviation::LowerCaseHex, b"ENVID=a+3Db"),
            (b"AUTH=", Deviation::EmptyAuthParameter, b"AUTH=<>"),
            (b"ENVID=a+b", Deviation::RawXtext, b"ENVID=a+2Bb"),
            (b"AUTH=a=b@c", Deviation::RawXtext, b"AUTH=a+3Db@c"),
            (b"SUBMITTER=a+b@c", Deviation::RawXtext, b"SUBMITTER=a+2Bb@c"),
        ]);
    }

    #[test]
    fn values_are_matched_without_case() {
        for (bytes, canonical) in [
            (&b"body=8bitmime"[..], &b"BODY=8BITMIME"[..]),
            (b"ret=hdrs", b"RET=HDRS"),
            (b"smtputf8", b"SMTPUTF8"),
            (b"by=12;nt", b"BY=12;NT"),
        ] {
            let (parameter, met) = parse::<MailParameter<'_>>(bytes, Tolerance::strict()).unwrap();
            assert!(met.is_empty());
            assert_eq!(parameter.to_bytes(), canonical);
        }
    }
}
