//! ENVELOPE: the header of a message, taken apart by the server.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::{into_owned, wire_api};

use super::address::AddressList;
use super::string::{IString, nstring, write_nstring};
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

/// The envelope of a message: the fields of its header that lists of messages show.
///
/// RFC 9051 section 7.5.2. Strings are as they stand in the header, mostly with encoded words; nothing is
/// allocated but for strings with escapes. `None` and the empty string are different things: a field
/// that is missing, and one that is empty.
///
/// # Grammar
/// ```abnf
/// envelope = "(" env-date SP env-subject SP env-from SP
///            env-sender SP env-reply-to SP env-to SP env-cc SP
///            env-bcc SP env-in-reply-to SP env-message-id ")"
/// ```
/// Deviations: [`WrappedEnvelope`](Deviation::WrappedEnvelope),
/// [`ShortEnvelope`](Deviation::ShortEnvelope), those of [`AddressList`] and of [`IString`].
///
/// # Wire
/// ```text
/// S: * 12 FETCH (ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700" "Hi" (("Terry" NIL "gray" "cac.edu"))
///    (("Terry" NIL "gray" "cac.edu")) (("Terry" NIL "gray" "cac.edu")) NIL NIL NIL NIL "<B27@cac.edu>"))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `envelope`, `env-date`, `env-subject`, `env-in-reply-to`, `env-message-id`, `SP`; those of
/// [`AddressList`] and of [`IString`].
///
/// # Example
/// ```
/// use mailwire_imap::element::envelope::Envelope;
///
/// let wire = br#"(NIL "Hi" (("Terry" NIL "gray" "cac.edu")) NIL NIL NIL NIL NIL NIL "<a@b>")"#;
/// let envelope = Envelope::parse(wire)?;
/// assert_eq!(envelope.subject.as_ref().unwrap().as_bytes(), b"Hi");
/// let from = envelope.from.iter().next().unwrap();
/// assert_eq!(from.host.unwrap().as_bytes(), b"cac.edu");
/// assert_eq!(envelope.to_bytes(), wire);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope<'a> {
    /// The field Date; not always a date.
    pub date: Option<IString<'a>>,
    /// The field Subject.
    pub subject: Option<IString<'a>>,
    /// The field From.
    pub from: AddressList<'a>,
    /// The field Sender; that of From where there is none.
    pub sender: AddressList<'a>,
    /// The field Reply-To; that of From where there is none.
    pub reply_to: AddressList<'a>,
    /// The field To.
    pub to: AddressList<'a>,
    /// The field Cc.
    pub cc: AddressList<'a>,
    /// The field Bcc.
    pub bcc: AddressList<'a>,
    /// The field In-Reply-To.
    pub in_reply_to: Option<IString<'a>>,
    /// The field Message-ID.
    pub message_id: Option<IString<'a>>,
}

wire_api!(Deviation, crate::Mode: Envelope);
into_owned!(struct Envelope {
    date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id,
});

impl<'a> Wire<'a> for Envelope<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = open(input, "envelope")?;
        if let [b'(', inside @ ..] = rest {
            // A date is no list, so this is one pair too many.
            if !cx.tolerate(Deviation::WrappedEnvelope) {
                return Err(stop(rest, "env-date"));
            }
            let (rest, envelope) = fields(inside, cx)?;
            let (rest, ()) = close(rest, cx, "envelope")?;
            return Ok((rest, envelope));
        }
        fields(rest, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        write_nstring(out, self.date.as_ref());
        out.sp();
        write_nstring(out, self.subject.as_ref());
        for list in [&self.from, &self.sender, &self.reply_to, &self.to, &self.cc, &self.bcc] {
            out.sp().put(list);
        }
        out.sp();
        write_nstring(out, self.in_reply_to.as_ref());
        out.sp();
        write_nstring(out, self.message_id.as_ref());
        out.byte(b')');
    }
}

/// The fields, and the parenthesis behind them.
fn fields<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Envelope<'a>> {
    let addresses = |input: &'a [u8]| {
        let (rest, ()) = sp(input, cx)?;
        mailwire_core::parse::cut(AddressList::parse_part(rest, cx))
    };
    let (rest, date) = nstring(input, cx, "env-date")?;
    let (rest, ()) = sp(rest, cx)?;
    let (rest, subject) = nstring(rest, cx, "env-subject")?;
    let (rest, from) = addresses(rest)?;
    let (rest, sender) = addresses(rest)?;
    let (rest, reply_to) = addresses(rest)?;
    let (rest, to) = addresses(rest)?;
    let (rest, cc) = addresses(rest)?;
    let (rest, bcc) = addresses(rest)?;
    let (rest, in_reply_to) = last_field(rest, cx, "env-in-reply-to")?;
    let (rest, message_id) = last_field(rest, cx, "env-message-id")?;
    let (rest, ()) = close(rest, cx, "envelope")?;
    Ok((
        rest,
        Envelope { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id },
    ))
}

/// `SP nstring`, or by deviation the end of the envelope.
#[inline]
fn last_field<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<IString<'a>>> {
    if input.first() == Some(&b')') && cx.tolerate(Deviation::ShortEnvelope) {
        return Ok((input, None));
    }
    let (rest, ()) = sp(input, cx)?;
    nstring(rest, cx, rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::address::Address;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let string = |text: &'static str| IString::new(text).ok();
        let gray =
            || Address { mailbox: string("gray"), host: string("b.c"), ..Address::default() };
        let list = || AddressList::new([gray()]);
        check_rows(&[
            (b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", Envelope::default()),
            (
                b"(\"Wed, 17 Jul\" \"\" ((NIL NIL \"gray\" \"b.c\")) NIL NIL \
                  ((NIL NIL \"gray\" \"b.c\")(NIL NIL \"gray\" \"b.c\")) NIL NIL {1}\r\n\n \"<a@b>\")",
                Envelope {
                    date: string("Wed, 17 Jul"),
                    subject: string(""),
                    from: list(),
                    to: AddressList::new([gray(), gray()]),
                    in_reply_to: string("\n"),
                    message_id: string("<a@b>"),
                    ..Envelope::default()
                },
            ),
        ]);
        check_rejects::<Envelope<'_>>(&[
            (b"NIL", "envelope", 0),
            (b"()", "env-date", 1),
            (b"(NIL a", "env-subject", 5),
            (b"(NIL NIL \"x\"", "address-list", 9),
            (b"(NIL NIL NIL NIL NIL NIL NIL NIL)", "SP", 32),
            (b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL)", "SP", 36),
            (b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", "envelope", 40),
        ]);
        check_lenient::<Envelope<'_>>(&[
            (
                b"((NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
                Deviation::WrappedEnvelope,
                b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
            ),
            (
                b"(NIL NIL NIL NIL NIL NIL NIL NIL \"<a@b>\")",
                Deviation::ShortEnvelope,
                b"(NIL NIL NIL NIL NIL NIL NIL NIL \"<a@b>\" NIL)",
            ),
            (
                b"(NIL NIL () NIL NIL NIL NIL NIL NIL NIL)",
                Deviation::EmptyList,
                b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
            ),
        ]);
    }
}
