//! Since when a recipient must have owned its mailbox: the value of RRVS.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{self, ByteSet, KEYWORD};
use mailwire_core::{InvalidValue, owned_already, wire_api, wire_enum};

use crate::element::timestamp::Timestamp;
use crate::tolerance::Deviation;

/// The time since which a mailbox must have had one owner, sent by clients with a recipient.
///
/// RFC 7293 section 3.1.
///
/// # Grammar
/// ```abnf
/// rrvs-param = "RRVS=" date-time [ ";" ( "C" / "R" ) ]
/// ```
/// The time has no fraction (`time-secfrac` MUST NOT be used). Deviation:
/// [`RrvsOtherAction`](Deviation::RrvsOtherAction).
///
/// # Wire
/// ```text
/// C: RCPT TO:<b@example.org> RRVS=2014-04-03T23:01:00Z;R
/// ```
///
/// # Errors
/// Those of [`Timestamp`]; `time-secfrac`; `rrvs-param` for an action that is neither `C` nor `R`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::rrvs::{NoSupportAction, Rrvs};
///
/// let rrvs = Rrvs::parse(b"2014-04-03T23:01:00Z;R")?;
/// assert_eq!(rrvs.since().year(), 2014);
/// assert_eq!(rrvs.action(), Some(NoSupportAction::Reject));
/// assert_eq!(rrvs.to_bytes(), b"2014-04-03T23:01:00Z;R");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rrvs {
    since: Timestamp,
    action: Option<NoSupportAction>,
}

wire_enum! {
    /// What is done with the recipient when the next server does not know RRVS.
    ///
    /// RFC 7293 section 3.1.
    pub enum NoSupportAction: "rrvs-param" in KEYWORD {
        /// The message goes on without the test.
        Continue = "C",
        /// The message is returned; so it is when no action is given.
        Reject = "R",
    }
}

owned_already!(Rrvs);
wire_api!(Deviation: copy Rrvs);

/// What may stand in the value of a parameter.
static VALUE: ByteSet = ByteSet::range(b'!', b'~').without(b"=");

impl<'a> Wire<'a> for Rrvs {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, since) = Timestamp::parse_part(input, cx)?;
        if since.fraction_digits() > 0 {
            // Behind the date, the `T` and the time.
            return Err(stop(input.get(19..).unwrap_or_default(), "time-secfrac"));
        }
        let Some(word) = rest.strip_prefix(b";") else {
            return Ok((rest, Self { since, action: None }));
        };
        let (rest, text) = token::one_or_more(word, &VALUE, "rrvs-param")?;
        let action = NoSupportAction::from_keyword(text);
        if action.is_none() && !cx.tolerate(Deviation::RrvsOtherAction) {
            return Err(stop(word, "rrvs-param"));
        }
        Ok((rest, Self { since, action }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.since);
        if let Some(action) = &self.action {
            out.byte(b';').put(action);
        }
    }
}

impl Rrvs {
    /// The demand that the mailbox has had one owner since `since`.
    ///
    /// # Errors
    /// [`InvalidValue`] when the time has a fraction of a second.
    pub const fn new(
        since: Timestamp,
        action: Option<NoSupportAction>,
    ) -> Result<Self, InvalidValue> {
        if since.fraction_digits() > 0 {
            return Err(InvalidValue { what: "RRVS", at: 19 });
        }
        Ok(Self { since, action })
    }

    /// When the sender knew the owner of the mailbox.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// What is done when the next server does not know RRVS.
    #[must_use]
    pub const fn action(&self) -> Option<NoSupportAction> {
        self.action
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let rrvs = |since: &[u8], action| Rrvs::new(Timestamp::parse(since).unwrap(), action);
        check_rows(&[
            (b"2014-04-03T23:01:00Z", rrvs(b"2014-04-03T23:01:00Z", None).unwrap()),
            (
                b"1997-11-24T14:22:01-08:00;C",
                rrvs(b"1997-11-24T14:22:01-08:00", Some(NoSupportAction::Continue)).unwrap(),
            ),
            (
                b"2003-07-01T10:52:37+02:00;R",
                rrvs(b"2003-07-01T10:52:37+02:00", Some(NoSupportAction::Reject)).unwrap(),
            ),
        ]);
        check_rejects::<Rrvs>(&[
            (b"", "date-fullyear", 0),
            (b"ABC", "date-fullyear", 0),
            (b"1234", "date-time", 4),
            (b"2022-01-02", "date-time", 10),
            (b"2022-01-02T01:01:01", "time-offset", 19),
            (b"2022-01-02T01:01:01ZZ", "end", 20),
            (b"2022-01-02T01:01:01.5Z", "time-secfrac", 19),
            (b"2022-01-02T01:01:01Z;", "rrvs-param", 21),
            (b"2022-01-02T01:01:01Z;X", "rrvs-param", 21),
            (b"2022-01-02T01:01:01Z;CR", "rrvs-param", 21),
        ]);
        check_lenient::<Rrvs>(&[
            (b"2022-01-02T01:01:01Z;X", Deviation::RrvsOtherAction, b"2022-01-02T01:01:01Z"),
            (
                b"2020-03-19T11:13:00Z;ign0r3.th1s;othr_stuff",
                Deviation::RrvsOtherAction,
                b"2020-03-19T11:13:00Z",
            ),
        ]);
        let lower = Rrvs::parse(b"2014-04-03T23:01:00Z;r").unwrap();
        assert_eq!(lower.to_bytes(), b"2014-04-03T23:01:00Z;R");
        assert!(rrvs(b"2014-04-03T23:01:00.5Z", None).is_err());
    }
}
