//! XAPPLEPUSHSERVICE: push messages to devices of Apple. Sent by iOS and macOS to Cyrus, iCloud, Yahoo and
//! servers with a plug-in.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{into_owned, wire_api};

use crate::Mode;
use crate::element::items::{ItemList, ItemTail, item};
use crate::element::string::AString;
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of XAPPLEPUSHSERVICE: names and values; sent by the client.
///
/// Without an RFC. The names are `aps-version`, `aps-account-id`, `aps-device-token`, `aps-subtopic` and
/// `mailboxes`; the value of the last is a list.
///
/// # Grammar
/// ```text
/// push      = "XAPPLEPUSHSERVICE" *(SP name SP value)
/// name      = astring
/// value     = astring / "(" astring *(SP astring) ")"
/// ```
///
/// # Wire
/// ```text
/// C: A1 XAPPLEPUSHSERVICE aps-version 2 aps-account-id X aps-device-token Y mailboxes (INBOX Notes)
/// S: * XAPPLEPUSHSERVICE aps-version "2" aps-topic "com.apple.mail.XServer.1"
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `astring`, `list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let line = b"XAPPLEPUSHSERVICE aps-version 2 mailboxes (INBOX Notes)";
/// let Command::XApplePushService(push) = Command::parse(line)? else { panic!() };
/// assert_eq!(push.iter().count(), 2);
/// assert_eq!(push.iter().next().unwrap().name.as_bytes(), b"aps-version");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub type Push<'a> = ItemTail<'a, PushField<'static>>;

/// What push messages are about: names and values, as in [`Push`]; sent by the server.
pub type PushData<'a> = ItemTail<'a, PushField<'static>>;

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushField<'a> {
    /// The name.
    pub name: AString<'a>,
    /// The value.
    pub value: PushValue<'a>,
}

/// The value of a [`PushField`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushValue<'a> {
    /// One string.
    String(AString<'a>),
    /// A list of strings: the mailboxes.
    List(ItemList<'a, AString<'static>>),
}

wire_api!(Deviation, Mode: PushField);
into_owned!(struct PushField { name, value });
into_owned!(
    enum PushValue {
        String(value),
        List(value),
    }
);
item!(PushField);

impl<'a> Wire<'a> for PushField<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = if rest.first() == Some(&b'(') {
            let (rest, list) = cut(ItemList::parse_part(rest, cx))?;
            (rest, PushValue::List(list))
        } else {
            let (rest, string) = cut(AString::parse_part(rest, cx))?;
            (rest, PushValue::String(string))
        };
        Ok((rest, Self { name, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp();
        match &self.value {
            PushValue::String(value) => out.put(value),
            PushValue::List(value) => out.put(value),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use crate::{Command, Data};

    fn string(text: &'static str) -> AString<'static> {
        AString::new(text).unwrap()
    }

    #[test]
    fn rows() {
        let field = |name, value| PushField { name: string(name), value };
        let version = || field("aps-version", PushValue::String(string("2")));
        let list = PushValue::List(ItemList::new([string("INBOX"), string("a b")]));
        check_rows(&[
            (b"XAPPLEPUSHSERVICE", Command::XApplePushService(Push::EMPTY)),
            (
                b"XAPPLEPUSHSERVICE aps-version 2 mailboxes (INBOX \"a b\")",
                Command::XApplePushService(Push::new([version(), field("mailboxes", list)])),
            ),
        ]);
        check_rows(&[(
            b"XAPPLEPUSHSERVICE aps-version 2",
            Data::XApplePushService(PushData::new([version()])),
        )]);
        check_rejects::<Command<'_>>(&[
            (b"XAPPLEPUSHSERVICE a", "SP", 19),
            (b"XAPPLEPUSHSERVICE (a) b", "astring", 18),
            (b"XAPPLEPUSHSERVICE a (b", "list", 22),
        ]);
    }
}
