//! ENVELOPE: the header of a message, taken apart by the server.

use alloc::boxed::Box;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::{into_owned, wire_api};

use super::address::AddressList;
use super::string::{IString, nstring, write_nstring};
use crate::token::{close, open, plain_string, sp};
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

impl<'a> Envelope<'a> {
    /// Reads an envelope into the memory that it stays in: it is large.
    ///
    /// # Errors
    /// Those of an envelope.
    pub(crate) fn parse_boxed(input: &'a [u8], cx: &Context) -> PResult<'a, Box<Self>> {
        let mut envelope = Box::<Self>::default();
        let (rest, ()) = envelope.read(input, cx)?;
        Ok((rest, envelope))
    }

    /// Fills an empty envelope.
    fn read(&mut self, input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
        let (rest, ()) = open(input, "envelope")?;
        if let [b'(', inside @ ..] = rest {
            // A date is no list, so this is one pair too many.
            if !cx.tolerate(Deviation::WrappedEnvelope) {
                return Err(stop(rest, "env-date"));
            }
            let (rest, ()) = self.read_fields(inside, cx)?;
            return close(rest, cx, "envelope");
        }
        self.read_fields(rest, cx)
    }

    /// What stands in the parentheses, and the second of them.
    fn read_fields(&mut self, input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
        let (mut rest, ()) = field(input, cx, "env-date", &mut self.date)?;
        (rest, ()) = sp(rest, cx)?;
        (rest, ()) = field(rest, cx, "env-subject", &mut self.subject)?;
        let (at, ()) = sp(rest, cx)?;
        (rest, self.from) = cut(AddressList::parse_part(at, cx))?;
        // Most messages have one author, who is all three.
        let from = at.get(..at.len().saturating_sub(rest.len())).unwrap_or_default();
        for list in [&mut self.sender, &mut self.reply_to] {
            (rest, ()) = sp(rest, cx)?;
            (rest, *list) = match self.from.again(from, rest) {
                Some(same) => same,
                None => cut(AddressList::parse_part(rest, cx))?,
            };
        }
        for list in [&mut self.to, &mut self.cc, &mut self.bcc] {
            (rest, ()) = sp(rest, cx)?;
            (rest, *list) = cut(AddressList::parse_part(rest, cx))?;
        }
        (rest, ()) = last_field(rest, cx, "env-in-reply-to", &mut self.in_reply_to)?;
        (rest, ()) = last_field(rest, cx, "env-message-id", &mut self.message_id)?;
        close(rest, cx, "envelope")
    }
}

impl<'a> Wire<'a> for Envelope<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut envelope = Self::default();
        let (rest, ()) = envelope.read(input, cx)?;
        Ok((rest, envelope))
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

/// A text of an envelope.
#[inline(always)]
fn field<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
    text: &mut Option<IString<'a>>,
) -> PResult<'a, ()> {
    let rest;
    (rest, *text) = match plain_string(input) {
        Some((plain, rest)) => (rest, Some(IString::checked(plain))),
        None => nstring(input, cx, rule)?,
    };
    Ok((rest, ()))
}

/// A field at the end, which some servers leave out.
#[inline(always)]
fn last_field<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
    text: &mut Option<IString<'a>>,
) -> PResult<'a, ()> {
    if input.first() == Some(&b')') && cx.tolerate(Deviation::ShortEnvelope) {
        return Ok((input, ()));
    }
    let (rest, ()) = sp(input, cx)?;
    field(rest, cx, rule, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::address::Address;
    use crate::rows::{check_lenient, check_rejects, check_rows, mutations};

    #[test]
    fn lists_that_are_the_same_are_read_as_they_stand() {
        let gray = "((\"Gray\" NIL \"gray\" \"b.c\"))";
        let mut lists = 0;
        for list in mutations(gray.as_bytes()) {
            // The changed one is the first, or the second, or all are.
            for [from, sender] in [[&*list, gray.as_bytes()], [gray.as_bytes(), &list], [&*list; 2]]
            {
                let wire = [b"(NIL NIL ", from, b" ", sender, b" ", from, b" NIL NIL NIL NIL NIL)"];
                let wire = wire.concat();
                let cx = Context::new(crate::Tolerance::lenient());
                let Ok((b"", envelope)) = Envelope::parse_part(&wire, &cx) else { continue };
                let alone = |octets| AddressList::parse_with(octets, crate::Tolerance::lenient());
                // Blanks around a list are not its own.
                let (Ok((from, _)), Ok((sender, _))) = (alone(from), alone(sender)) else {
                    continue;
                };
                let expected = [from.clone(), sender, from];
                let read = [&envelope.from, &envelope.sender, &envelope.reply_to];
                assert_eq!(read.map(Clone::clone), expected, "{}", wire.escape_ascii());
                let printed = envelope.to_bytes();
                assert_eq!(Envelope::parse(&printed), Ok(envelope));
                lists += 1;
            }
        }
        assert!(lists > 1000, "{lists}");
    }

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
