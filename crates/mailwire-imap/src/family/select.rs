//! To be written.

use super::pending;

pending! {
    MailboxId
}
crate::family::pending! { copy Annotations }

/// The arguments of SELECT and EXAMINE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select<'a> {
    /// The mailbox.
    pub mailbox: crate::element::mailbox::Mailbox<'a>,
}
mailwire_core::into_owned!(struct Select { mailbox });
impl<'a> mailwire_core::parse::Wire<'a> for Select<'a> {
    fn parse_part(
        input: &'a [u8],
        cx: &mailwire_core::parse::Context,
    ) -> mailwire_core::parse::PResult<'a, Self> {
        crate::element::mailbox::Mailbox::parse_part(input, cx)
            .map(|(rest, mailbox)| (rest, Self { mailbox }))
    }
    fn encode(&self, out: &mut mailwire_core::Encoder<'_>) {
        out.put(&self.mailbox);
    }
}
